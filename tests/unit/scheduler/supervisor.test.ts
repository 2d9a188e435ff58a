import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, WorkerEvent } from '../../../shared/ipc/job.ts';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { type JobOptions, type RunningJob, startJob } from '../../../src-main/scheduler/supervisor.ts';
import { exampleHeader } from '../runs/example-run.ts';
import { type Fault, fixtureWorker } from './fixture-worker.ts';
import { eventually } from './processes.ts';

let workspace: string;
let events: WorkerEvent[];
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-supervisor-'));
  events = [];
});
afterEach(() => {
  delete process.env['GRANARY_NODE'];
  rmSync(workspace, { recursive: true, force: true });
});

function train(fault: Fault, epochs = 2, more: JobOptions = {}): RunningJob<'train'> {
  const config = { ...exampleHeader('run-a').config, arch: 'convnext_tiny', epochs };
  const job: Job = { type: 'train', workspace, runId: 'run-a', name: 'a', queue: null, config };
  const logPath = join(workspace, 'runs', 'run-a', 'worker.log');
  return startJob(job, (event) => events.push(event), {
    ...fixtureWorker(fault),
    ...more,
    logPath,
  }) as RunningJob<'train'>;
}

describe('a worker', () => {
  it('that finishes gives its result, its events in order, and its log', async () => {
    const { runId, result } = await train('good').result;
    expect([runId, result.status]).toEqual(['run-a', 'finished']);
    expect(events.map((event) => event.type)).toEqual(['run-started', 'step', 'epoch', 'step', 'epoch']);
    const log = join(workspace, 'runs', 'run-a', 'worker.log');
    await eventually(
      () => existsSync(log) && readFileSync(log, 'utf8') === 'native library says hello to card any\n',
    );
  });

  it('is gone when its result is there, also when it lingers', async () => {
    const job = train('lingers');
    await job.result;
    expect(identityOf(job.pid)).toBeNull();
  });

  it.each([
    ['crash', 'WORKER_CRASHED', /was ended by SIGABRT .* last words: native library says hello/],
    ['exit', 'WORKER_CRASHED', /ended with code 7/],
    ['kill', 'WORKER_KILLED', /killed from outside.*memory/],
    ['refuse', 'WEIGHTS_NOT_FOUND', /no such weights/],
    ['wrong-result', 'WORKER_CRASHED', /result of "train" is not as expected at result/],
  ] as const)('that ends by "%s" rejects with %s', async (fault, code, message) => {
    await expect(train(fault).result).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('that is killed is out of memory where the system counts a kill for want of it', async () => {
    for (const counted of [true, false]) {
      const job = train('kill', 2, { memoryKills: { happened: () => counted } });
      await expect(job.result).rejects.toMatchObject({
        code: counted ? 'WORKER_OUT_OF_MEMORY' : 'WORKER_KILLED',
      });
    }
  });

  it.runIf(process.platform === 'linux').each([
    ['full', 400, 'WORKER_OUT_OF_MEMORY', /nearly all that its limit allows, and was ended by SIGSEGV/],
    ['segfault', 4000, 'WORKER_CRASHED', /was ended by SIGSEGV/],
    ['segfault', undefined, 'WORKER_CRASHED', /was ended by SIGSEGV/],
  ] as const)(
    'that ends by "%s" and without a word under a limit of %s MiB rejects with %s',
    async (fault, limitMb, code, message) => {
      const memoryLimitBytes = limitMb === undefined ? undefined : limitMb * 2 ** 20;
      const job = train(fault, 2, { memoryLimitBytes });
      if (fault === 'full') {
        await eventually(() => events.some((event) => event.type === 'progress'));
        // Twice as long as from one look at its memory to the next, and in the same line of timers.
        await new Promise((resolve) => setTimeout(resolve, 100));
        process.kill(job.pid!, 'SIGSEGV');
      }
      await expect(job.result).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    },
  );

  it('that sends nonsense costs nothing but a line in the log', async () => {
    await expect(train('malformed').result).resolves.toMatchObject({ runId: 'run-a' });
    expect(events.filter((event) => event.type === 'epoch')).toHaveLength(2);
    const log = join(workspace, 'runs', 'run-a', 'worker.log');
    await eventually(() => readFileSync(log, 'utf8').includes('Not understood'));
  });

  it('stops after its step when it is asked to', async () => {
    const job = train('good', 500, { graceMs: 60_000 });
    await eventually(() => events.length > 2);
    job.stop();
    await expect(job.result).rejects.toMatchObject({ code: 'CANCELLED', message: 'Stopped after a step.' });
  });

  it('that does not answer a stop is killed in a bounded time', async () => {
    const job = train('deaf', 500);
    await eventually(() => events.some((event) => event.type === 'epoch'));
    const asked = Date.now();
    job.stop();
    await expect(job.result).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect(identityOf(job.pid)).toBeNull();
  });

  it('outlives a listener that throws', async () => {
    const config = { ...exampleHeader('run-a').config, epochs: 1 };
    const job = startJob(
      { type: 'train', workspace, runId: 'run-a', name: 'a', queue: null, config },
      () => {
        throw new Error('a bug in a front end');
      },
      fixtureWorker(),
    );
    await expect(job.result).resolves.toMatchObject({ runId: 'run-a' });
  });

  it('that cannot be started says which Node is missing', async () => {
    process.env['GRANARY_NODE'] = '/no/such/node';
    expect(() => train('good')).toThrow(
      expect.objectContaining({ code: 'NATIVE_MISSING', message: expect.stringContaining('/no/such/node') }),
    );
    process.env['GRANARY_NODE'] = workspace;
    await expect(train('good').result).rejects.toMatchObject({ code: 'NATIVE_MISSING' });
  });
});
