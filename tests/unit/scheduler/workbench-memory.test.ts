import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryPlanSchema } from '../../../shared/records/memory-plan.ts';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import type { LaunchGate } from '../../../src-main/scheduler/launch-gate.ts';
import type { WorkbenchOptions } from '../../../src-main/scheduler/workbench.ts';
import { fixtureWorker, scarceWorkerPath } from './fixture-worker.ts';
import { eventually } from './processes.ts';
import { TestWorkspace, dataset, gridOf } from './test-workspace.ts';

const home = new TestWorkspace();

describe('a workbench and the memory', () => {
  it.each([
    ['memory', 'OOM when allocating'],
    ['bad-alloc', 'std::bad_alloc'],
  ] as const)(
    'goes on after "%s" with accumulation doubled, and writes each attempt down',
    async (fault, words) => {
      const workbench = await home.open(fault);
      const told: string[] = [];
      workbench.on('run-recovered', ({ name, reason }) => told.push(`${name}: ${reason}`));
      const [item] = await workbench.enqueue(dataset, gridOf(['convnext_tiny']));
      await workbench.whenIdle();
      expect(told).toHaveLength(2);
      expect(told[0]).toBe(
        'convnext_tiny squish 32: memory did not suffice at accumulation 1. It goes on from its last checkpoint in a new process, ' +
          'with micro-batches of 32 × 2; the effective batch stays 64.',
      );
      expect(workbench.queue.items[0]).toMatchObject({ state: 'finished', accum: 4, config: { accum: 1 } });
      expect(readAttempts(join(home.path, 'runs', item!.runId))).toMatchObject([
        { number: 1, accum: 1, microBatch: 64, reason: 'first', outcome: 'WORKER_OUT_OF_MEMORY' },
        { number: 2, accum: 2, microBatch: 32, reason: expect.stringContaining(words) },
        { number: 3, accum: 4, microBatch: 16, outcome: 'finished' },
      ]);
    },
  );

  it('goes on after each kill of the worker from its checkpoint, and gives a run up that gets no further', async () => {
    const workbench = await home.open('kill');
    const [item] = await workbench.enqueue(dataset, gridOf(['convnext_tiny'], 3));
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('finished');
    const attempts = readAttempts(join(home.path, 'runs', item!.runId));
    expect(attempts.map(({ from, accum }) => [from?.epoch ?? 0, accum])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect((await workbench.run(item!.runId)).epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);

    process.env['TEST_FAULT'] = 'kill-early';
    await workbench.enqueue(dataset, gridOf(['convnext_tiny'], 3));
    await workbench.whenIdle();
    expect(workbench.queue.items.at(-1)).toMatchObject({ state: 'failed', error: { code: 'WORKER_KILLED' } });
  });

  it('takes a run for finished whose worker was killed between its result and saying so', async () => {
    const workbench = await home.open('kill-late');
    const [item] = await workbench.enqueue(dataset, gridOf(['convnext_tiny']));
    await workbench.whenIdle();
    expect(home.onDisk().items[0]).toMatchObject({ state: 'finished', error: null });
    expect(readAttempts(join(home.path, 'runs', item!.runId))).toHaveLength(1);
  });

  it('keeps a run that cannot fit beside the others, which train, and lets it be tried all the same', async () => {
    const judge: WorkbenchOptions['judge'] = (runs) =>
      Promise.resolve(
        runs.map((run) =>
          run.config.arch === 'resnet34'
            ? { ...run, error: { code: 'RUN_TOO_LARGE', message: 'It cannot fit.', fix: '96 fits.' } }
            : run,
        ),
      );
    const workbench = await home.openWith({ job: fixtureWorker(), judge });
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34']));
    expect(items[1]).toMatchObject({ state: 'skipped', error: { code: 'RUN_TOO_LARGE', fix: '96 fits.' } });
    await workbench.whenIdle();
    expect(home.onDisk().items.map(({ state }) => state)).toEqual(['finished', 'skipped']);
    await workbench.perform({ verb: 'retry', runId: items[1]!.runId });
    await workbench.whenIdle();
    expect(home.onDisk().items.map(({ state }) => state)).toEqual(['finished', 'finished']);
    await expect(workbench.enqueue(dataset, gridOf(['resnet34']))).rejects.toMatchObject({
      code: 'RUN_TOO_LARGE',
    });
  });

  it('waits for memory with the reason shown, starts when it is there, and can be stopped meanwhile', async () => {
    let free = false;
    const plan = memoryPlanSchema.parse({
      ...{
        version: 1,
        time: 'now',
        device: { kind: 'main-memory', name: 'main memory', totalMb: 2, freeMb: 1 },
      },
      ...{ marginMb: 0, batchSize: 64, accum: 2, microBatch: 32, checkpointing: false, predictedMb: 1 },
      ...{ probedMb: null, chosen: 'automatic', fits: true, reason: 'Two fit.' },
    });
    const gate: LaunchGate = (launch) =>
      Promise.resolve(
        free
          ? { type: 'start', accum: 2, plan }
          : {
              type: 'wait',
              reason: `2 GB are needed and 1 GB is free (${launch.kind === 'ratings' ? '' : launch.whenShort}).`,
            },
      );
    const job = fixtureWorker();
    const workbench = await home.openWith({ job, gate, whenShort: 'wait', waitMs: 10 });
    const [item] = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34']));
    await eventually(() => home.onDisk().items[0]!.waiting === '2 GB are needed and 1 GB is free (wait).');
    expect(home.onDisk().items[0]!.state).toBe('pending');
    free = true;
    await workbench.whenIdle();
    expect(home.onDisk().items).toMatchObject([
      { state: 'finished', accum: 2 },
      { state: 'finished', accum: 2 },
    ]);
    expect(home.onDisk().items.map(({ waiting }) => waiting)).toEqual([undefined, undefined]);
    expect(readAttempts(join(home.path, 'runs', item!.runId))).toMatchObject([
      { accum: 2, memory: { reason: 'Two fit.' } },
    ]);
    free = false;
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    await eventually(() => home.onDisk().items.at(-1)!.waiting !== undefined);
    await workbench.close();
    expect(home.onDisk().items.at(-1)).toMatchObject({ state: 'interrupted' });
  });

  it('a run that is refused at its launch has the planner’s own code and reason', async () => {
    const error = {
      code: 'RUN_TOO_LARGE' as const,
      message: 'resnet18 at 32 px does not fit into memory.',
      fix: 'Choose a smaller architecture.',
    };
    const gate: LaunchGate = () => Promise.resolve({ type: 'refuse', error });
    const workbench = await home.openWith({ job: fixtureWorker(), gate });
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    await workbench.whenIdle();
    expect(home.onDisk().items[0]).toMatchObject({ state: 'failed', error });
  });

  it('switches checkpointing on where accumulation can double no more, and writes it down', async () => {
    const workbench = await home.openWith({ job: { ...fixtureWorker(), entry: scarceWorkerPath } });
    const told: string[] = [];
    workbench.on('run-recovered', ({ reason }) => told.push(reason));
    const [item] = await workbench.enqueue(
      dataset,
      parseGrid({ blocks: [{ arch: 'convnext_tiny', size: 32, epochs: 2, batchSize: 2 }], defaults: {} }),
    );
    await workbench.whenIdle();
    expect(home.onDisk().items[0]).toMatchObject({
      ...{ state: 'finished', accum: 2, checkpointing: true },
      config: { accum: 1, checkpointing: false },
    });
    expect(readAttempts(join(home.path, 'runs', item!.runId))).toMatchObject([
      { accum: 1, checkpointing: false, outcome: 'WORKER_OUT_OF_MEMORY' },
      { accum: 2, checkpointing: false, outcome: 'WORKER_OUT_OF_MEMORY' },
      {
        ...{ accum: 2, microBatch: 1, checkpointing: true, outcome: 'finished' },
        reason: expect.stringMatching(
          /^memory did not suffice at accumulation 2 without checkpointing: .*OOM/,
        ),
      },
    ]);
    expect(told.at(-1)).toContain('in a new process, with checkpointing: less memory for more time');
    expect((await workbench.run(item!.runId)).header!.config.checkpointing).toBe(true);
  });
});
