import { describe, expect, it, vi } from 'vitest';
import { GranaryError } from '../../../../shared/errors.ts';
import type { MemoryQuestion } from '../../../../shared/records/memory-forecast.ts';
import { ForecastQueue } from '../../../../src-main/scheduler/memory/forecast-queue.ts';
import type { startJob } from '../../../../src-main/scheduler/supervisor.ts';
import { forecastOf } from './forecasts.ts';

const question = (arch: string): MemoryQuestion => ({
  ...{ arch, size: { height: 64, width: 64 }, presize: { height: 96, width: 96 }, classes: [3] },
  ...{ batchSize: 8, accums: [1], card: false, precision: 'float32' as const },
});

/** Workers that do what the test says. */
function workers() {
  const jobs: { archs: string[]; killed: boolean; answer(arch: string): void; end(error?: Error): void }[] =
    [];
  const start = ((job: { questions: MemoryQuestion[] }, onEvent: (event: unknown) => void) => {
    let resolve!: (value: unknown) => void;
    let reject!: (error: Error) => void;
    const promise = new Promise<unknown>((keep, give) => ([resolve, reject] = [keep, give]));
    promise.catch(() => undefined);
    const one = {
      archs: job.questions.map(({ arch }) => arch),
      killed: false,
      answer: (arch: string) => onEvent({ type: 'memory-forecast', forecast: forecastOf(question(arch)) }),
      end: (error?: Error) => (error === undefined ? resolve({ forecasts: [] }) : reject(error)),
    };
    jobs.push(one);
    const kill = (): void => {
      one.killed = true;
      reject(new GranaryError('CANCELLED', 'killed'));
    };
    return { pid: undefined, result: promise, stop: kill, kill };
  }) as unknown as typeof startJob;
  return { jobs, start };
}

describe('ForecastQueue', () => {
  it('has one worker at a time, and the next one asks what is wanted by then', async () => {
    const { jobs, start } = workers();
    const learnt: string[] = [];
    const queue = new ForecastQueue(({ question: { arch } }) => learnt.push(arch), { startJob: start });
    queue.want(Array.from({ length: 10 }, (_, i) => question(`net${i}`)));
    expect(jobs).toHaveLength(1);
    expect(jobs[0]!.archs).toHaveLength(8);
    jobs[0]!.answer('net0');
    queue.want([question('net3'), question('other'), question('other')]);
    expect(jobs[0]!.killed).toBe(false);
    jobs[0]!.answer('net3');
    jobs[0]!.end();
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    expect(jobs[1]!.archs).toEqual(['other']);
    expect(learnt).toEqual(['net0', 'net3']);
  });

  it('ends a worker whose questions nobody asks any more', async () => {
    const { jobs, start } = workers();
    const queue = new ForecastQueue(() => undefined, { startJob: start });
    queue.want([question('a'), question('b')]);
    queue.want([question('c')]);
    expect(jobs[0]!.killed).toBe(true);
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    expect(jobs[1]!.archs).toEqual(['c']);
    queue.close();
    expect(jobs[1]!.killed).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(jobs).toHaveLength(2);
  });

  it('does not ask again what a worker failed at, and goes on with the rest', async () => {
    const { jobs, start } = workers();
    const queue = new ForecastQueue(() => undefined, { startJob: start });
    const all = [question('good'), question('bad'), question('later')];
    queue.want(all);
    jobs[0]!.answer('good');
    jobs[0]!.end(new GranaryError('WORKER_CRASHED', 'It crashed.'));
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    expect(jobs[1]!.archs).toEqual(['later']);
    queue.want(all);
    expect([queue.failed(question('bad')), queue.failed(question('later'))]).toEqual([true, false]);
  });
});
