import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { GranaryError } from '../../../shared/errors.ts';
import type { QueueCommand } from '../../../shared/records/queue.ts';
import type { LaunchDecision } from '../../../src-main/scheduler/launch-gate.ts';
import type { WorkbenchOptions } from '../../../src-main/scheduler/workbench.ts';
import { seeded } from '../../fixtures/ipc-questions.ts';
import { fixtureWorker } from './fixture-worker.ts';
import { HeldGate, START } from './held-gate.ts';
import { TestWorkspace, dataset, gridOf } from './test-workspace.ts';

const home = new TestWorkspace();
const WAIT: LaunchDecision = { type: 'wait', reason: 'Others hold it.' };

/** One that has just ended by itself is as good. */
function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

it.each([
  { seed: 1, slots: 1, heeds: true },
  { seed: 2, slots: 1, heeds: false },
  { seed: 3, slots: 2, heeds: true },
  { seed: 4, slots: 2, heeds: false },
])(
  'whatever is asked at once, each slot has one run, none is lost, and all is answered: %j',
  { timeout: 60_000 },
  async ({ seed, slots: count, heeds }) => {
    const next = seeded(seed);
    const draw = (below: number): number => Math.floor(below * next());
    const oneOf = <T>(all: readonly T[]): T => all[draw(all.length)]!;
    const held = new HeldGate();
    const ask = held.gate(heeds);
    const broken: string[] = [];
    const trainings = new Set<AbortSignal>();
    /** By run: of the training that asked last. */
    const asking = new Map<string, AbortSignal>();
    const trains = new Set<string>();
    const gate: WorkbenchOptions['gate'] = (launch, signal) => {
      const { items } = workbench.queue;
      const place = items.findIndex(({ runId }) => runId === launch.runId);
      // The first time that a training asks it has just got its slot: in a single one nothing stands before it.
      if (
        count === 1 &&
        !trainings.has(signal!) &&
        items.slice(0, place).some(({ state }) => state === 'pending')
      )
        broken.push(`${launch.runId} has its turn before one that stands before it`);
      trainings.add(signal!);
      asking.set(launch.runId, signal!);
      if (signal!.aborted) broken.push(`${launch.runId} is asked about although nobody wants it`);
      return ask(launch, signal);
    };
    const slots = Array.from({ length: count }, (_, k) => ({ name: `${k}`, card: null, environment: {} }));
    const workbench = await home.openWith({ job: fixtureWorker(), gate, slots, waitMs: 1 });
    process.env['TEST_EPOCH_MS'] = '2';
    workbench.on('queue-changed', (items) => {
      const running = items.filter(({ state }) => state === 'running').length;
      if (running > count) broken.push(`${running} runs train in ${count} slots`);
      for (const { runId, state } of items) {
        if (state === 'running' && !trains.has(runId) && asking.get(runId)!.aborted)
          broken.push(`${runId} is launched although it was taken out of its slot`);
        if (state === 'running') trains.add(runId);
        else trains.delete(runId);
      }
      if (new Set(workbench.workers.map(({ runId }) => runId)).size < workbench.workers.length)
        broken.push('a run has two workers');
    });
    const archs = ['resnet18', 'resnet34', 'resnet50', 'resnet26d', 'resnet50d', 'resnet101'];
    const queued = (await workbench.enqueue(dataset, gridOf(archs, 1))).map(({ runId }) => runId);

    const random = (): QueueCommand => {
      const runId = oneOf(queued);
      const states = ['pending', 'interrupted'] as const;
      return oneOf<() => QueueCommand>([
        () => ({ verb: draw(3) === 0 ? 'pause' : 'resume' }),
        () => ({ verb: 'resume' }),
        () => ({ verb: 'move', runId, to: oneOf(['up', 'down', 'first', 'last', 2]) }),
        () => ({ verb: 'move', runId, to: 'first' }),
        () => ({ verb: 'move', runId, to: 'first' }),
        () => ({ verb: 'skip', runId }),
        () => ({ verb: 'retry', runId }),
        () => ({ verb: 'retry', runId }),
        () => ({ verb: 'retry', runId }),
        () => ({ verb: 'cancel', runId, when: oneOf(['now', 'after-epoch']) }),
        () => ({ verb: 'cancel-waiting', ...(draw(8) === 0 ? {} : { runIds: [runId] }) }),
        () => ({
          verb: 'put-back',
          runs: [runId].map((one) => ({ runId: one, as: oneOf(states) })),
        }),
      ])();
    };
    const answers: Promise<void>[] = [];
    for (let step = 0; step < 120; step++) {
      const what = draw(10);
      if (what < 6) {
        const performed = workbench.perform(random()).catch((error: unknown) => {
          // Refused for the run's state: that is an answer.
          if (!(error instanceof GranaryError) || error.code !== 'USAGE') broken.push(String(error));
        });
        answers.push(performed);
      } else if (what < 9 && held.open.length > 0) oneOf(held.open).answer(draw(3) === 0 ? WAIT : START);
      else if (what === 9 && workbench.workers.length > 0 && draw(3) === 0)
        killed(oneOf(workbench.workers).pid);
      if (draw(3) === 0) await sleep(draw(12));
    }

    // From here on every gate lets every run begin, until all have ended.
    const letting = setInterval(() => held.open.forEach(({ answer }) => answer(START)), 2);
    await Promise.all(answers);
    await workbench.perform({ verb: 'resume' });
    await workbench.whenIdle();
    for (const { runId, state } of workbench.queue.items)
      if (state !== 'finished') await workbench.perform({ verb: 'retry', runId });
    await workbench.whenIdle();
    clearInterval(letting);
    expect(broken).toEqual([]);
    expect(workbench.queue.items.map(({ runId }) => runId).sort()).toEqual([...queued].sort());
    expect(new Set(workbench.queue.items.map(({ state, error }) => error?.code ?? state))).toEqual(
      new Set(['finished']),
    );
    expect(home.onDisk().items).toEqual(JSON.parse(JSON.stringify(workbench.queue.items)));
  },
);
