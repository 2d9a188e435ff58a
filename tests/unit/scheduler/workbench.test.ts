import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryPlanSchema } from '../../../shared/records/memory-plan.ts';
import { type QueueCommand, queueSchema } from '../../../shared/records/queue.ts';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { checkpointPath } from '../../../src-main/runs/checkpoint-file.ts';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import type { LaunchGate } from '../../../src-main/scheduler/launch-gate.ts';
import { Workbench, type WorkbenchOptions } from '../../../src-main/scheduler/workbench.ts';
import { type Fault, exampleManifest, fixtureEnvironment, fixtureWorker } from './fixture-worker.ts';
import { SchedulerProcess, buildScheduler, eventually } from './processes.ts';

const dataset = { path: '/data/paddy', options: {}, manifest: null };
const gridOf = (archs: string[], epochs = 2) =>
  parseGrid({ blocks: [{ arch: archs, size: 32, epochs }], defaults: {} });

let scheduler: { script: string; remove: () => void };
let workspace: string;
let opened: Workbench[];
beforeAll(async () => {
  scheduler = await buildScheduler();
}, 60_000);
afterAll(() => scheduler.remove());
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-workbench-'));
  opened = [];
});
afterEach(async () => {
  for (const workbench of opened) await workbench.close();
  rmSync(workspace, { recursive: true, force: true });
}, 60_000);

async function open(fault: Fault = 'good', attach = false): Promise<Workbench> {
  const workbench = await Workbench.open(workspace, {
    attach,
    command: 'this test',
    job: fixtureWorker(fault),
  });
  opened.push(workbench);
  return workbench;
}

function process_(archs: string, epochs: number, fault: Fault, epochMs: number): SchedulerProcess {
  return new SchedulerProcess(scheduler.script, workspace, archs, epochs, fixtureEnvironment(fault, epochMs));
}

const onDisk = () => queueSchema.parse(JSON.parse(readFileSync(join(workspace, 'queue.json'), 'utf8')));
const workerPid = (runId: string): number =>
  (JSON.parse(readFileSync(join(workspace, 'runs', runId, 'worker.json'), 'utf8')) as { pid: number }).pid;

describe('a workbench', () => {
  it('trains one run at a time, in order, and writes the queue at each change', async () => {
    const workbench = await open();
    const states: string[] = [];
    workbench.on('queue-changed', () =>
      states.push(
        onDisk()
          .items.map((item) => item.state[0])
          .join(''),
      ),
    );
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50']));
    expect(items.map((item) => item.name)).toEqual([
      'resnet18 squish 32',
      'resnet34 squish 32',
      'resnet50 squish 32',
    ]);
    await workbench.whenIdle();
    expect(states).toEqual(['ppp', 'rpp', 'fpp', 'frp', 'ffp', 'ffr', 'fff']);
    const runs = await workbench.runs();
    expect(runs.map((run) => [run.id, run.state])).toEqual(items.map((item) => [item.runId, 'finished']));
    expect(new Set(runs.map((run) => run.header!.queue))).toEqual(new Set([workbench.queue.id]));
  });

  it.each([
    ['crash', 'WORKER_CRASHED'],
    ['refuse', 'WEIGHTS_NOT_FOUND'],
  ] as const)('goes on after a run that ends by "%s", and keeps its finished epochs', async (fault, code) => {
    const workbench = await open(fault);
    const [bad, good] = await workbench.enqueue(dataset, gridOf(['convnext_tiny', 'resnet18']));
    await workbench.whenIdle();
    expect(workbench.queue.items.map((item) => [item.state, item.error?.code])).toEqual([
      ['failed', code],
      ['finished', undefined],
    ]);
    expect((await workbench.run(good!.runId)).state).toBe('finished');
    if (fault === 'refuse') {
      // Nothing was trained, so there is no folder to puzzle anyone.
      expect(existsSync(join(workspace, 'runs', bad!.runId))).toBe(false);
      return;
    }
    const run = await workbench.run(bad!.runId);
    expect(run).toMatchObject({ state: 'failed', result: { status: 'failed', error: { code } } });
    expect(run.epochs).toHaveLength(1);
  });

  it('cancels the run that trains and one that waits; the others go on', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '100';
    const started = new Promise((resolve) => workbench.on('worker-event', resolve));
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50'], 3));
    await started;
    await workbench.perform({ verb: 'cancel', runId: items[1]!.runId, when: 'now' });
    await workbench.perform({ verb: 'cancel', runId: items[0]!.runId, when: 'now' });
    await workbench.whenIdle();
    expect(workbench.queue.items.map((item) => item.state)).toEqual(['cancelled', 'cancelled', 'finished']);
    expect((await workbench.run(items[0]!.runId)).state).toBe('cancelled');
    await expect(workbench.perform({ verb: 'cancel', runId: 'nobody', when: 'now' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });

  it('paused starts no further run', async () => {
    const workbench = await open();
    await workbench.perform({ verb: 'pause' });
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('pending');
    await workbench.perform({ verb: 'resume' });
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('finished');
  });

  it('predicts how long the queue takes, from the run that trains', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '150';
    await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet18'], 4));
    expect(workbench.etaSeconds()).toBeNull();
    await new Promise<void>((resolve) =>
      workbench.on('worker-event', (_runId, event) => {
        if (event.type === 'step') resolve();
      }),
    );
    // The worker predicts 3 s for the first run; the second is like it.
    expect(workbench.etaSeconds()!).toBeGreaterThan(5.5);
    expect(workbench.etaSeconds()!).toBeLessThan(120);
    await workbench.whenIdle();
    expect(workbench.etaSeconds()).toBe(0);
  });

  it('skips combinations of a grid that cannot be trained, with the reason; with no other it queues nothing', async () => {
    const workbench = await open();
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet5']));
    expect(items.map((item) => [item.name, item.state, item.error?.code])).toEqual([
      ['resnet18 squish 32', 'running', undefined],
      ['resnet5 squish 32', 'skipped', 'ARCH_UNKNOWN'],
    ]);
    await workbench.whenIdle();
    expect(onDisk().items.map((item) => item.state)).toEqual(['finished', 'skipped']);
    await expect(workbench.enqueue(dataset, gridOf(['resnet5', 'resnet6']))).rejects.toMatchObject({
      code: 'ARCH_UNKNOWN',
    });
    await expect(workbench.perform({ verb: 'retry', runId: items[1]!.runId })).rejects.toMatchObject({
      code: 'ARCH_UNKNOWN',
    });
  });

  it.each([
    ['memory', 'OOM when allocating'],
    ['bad-alloc', 'std::bad_alloc'],
  ] as const)(
    'goes on after "%s" with accumulation doubled, and writes each attempt down',
    async (fault, words) => {
      const workbench = await open(fault);
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
      expect(readAttempts(join(workspace, 'runs', item!.runId))).toMatchObject([
        { number: 1, accum: 1, microBatch: 64, reason: 'first', outcome: 'WORKER_OUT_OF_MEMORY' },
        { number: 2, accum: 2, microBatch: 32, reason: expect.stringContaining(words) },
        { number: 3, accum: 4, microBatch: 16, outcome: 'finished' },
      ]);
    },
  );

  it('goes on after each kill of the worker from its checkpoint, and gives a run up that gets no further', async () => {
    const workbench = await open('kill');
    const [item] = await workbench.enqueue(dataset, gridOf(['convnext_tiny'], 3));
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('finished');
    const attempts = readAttempts(join(workspace, 'runs', item!.runId));
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
    const workbench = await open('kill-late');
    const [item] = await workbench.enqueue(dataset, gridOf(['convnext_tiny']));
    await workbench.whenIdle();
    expect(onDisk().items[0]).toMatchObject({ state: 'finished', error: null });
    expect(readAttempts(join(workspace, 'runs', item!.runId))).toHaveLength(1);
  });

  it('is told what to do with its runs: move, skip, retry, duplicate, cancel after the epoch, clear', async () => {
    const workbench = await open();
    await workbench.perform({ verb: 'pause' });
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50']));
    const [a, b, c] = items.map((item) => item.runId) as [string, string, string];
    const order = () => onDisk().items.map((item) => item.runId);
    const refused = (command: QueueCommand, code: string) =>
      expect(workbench.perform(command)).rejects.toMatchObject({ code });
    await workbench.perform({ verb: 'move', runId: c, to: 'first' });
    expect(order()).toEqual([c, a, b]);
    await workbench.perform({ verb: 'move', runId: c, to: 'down' });
    expect(order()).toEqual([a, c, b]);
    await workbench.perform({ verb: 'move', runId: a, to: 3 });
    expect(order()).toEqual([c, b, a]);
    await workbench.perform({ verb: 'skip', runId: b });
    await workbench.perform({ verb: 'cancel', runId: a, when: 'now' });
    expect(onDisk().items.map((item) => item.state)).toEqual(['pending', 'skipped', 'cancelled']);
    await refused({ verb: 'move', runId: b, to: 'up' }, 'USAGE');
    await refused({ verb: 'skip', runId: 'x' }, 'RUN_NOT_FOUND');
    await workbench.perform({ verb: 'retry', runId: b });
    await workbench.perform({ verb: 'duplicate', runId: c, changes: { lr: 0.01, size: 64 } });
    expect(onDisk().items.at(-1)).toMatchObject({
      state: 'pending',
      config: { lr: 0.01, size: { height: 64 }, presize: { height: 96 }, seed: items[2]!.config.seed },
    });
    process.env['TEST_EPOCH_MS'] = '100';
    await workbench.perform({ verb: 'resume' });
    await workbench.perform({ verb: 'cancel', runId: c, when: 'after-epoch' });
    await workbench.whenIdle();
    expect(onDisk().items.map((item) => item.state)).toEqual([
      'cancelled',
      'finished',
      'cancelled',
      'finished',
    ]);
    expect((await workbench.run(c)).epochs).toHaveLength(1);
    await workbench.perform({ verb: 'retry', runId: c });
    await workbench.whenIdle();
    expect((await workbench.run(c)).epochs).toHaveLength(2);
    const before = onDisk().items.map(({ runId, state }) => [runId, state]);
    await workbench.perform({ verb: 'clear' });
    expect(order()).toEqual([]);
    // What was cleared comes back, also after another process has had the queue; and only once.
    await workbench.close();
    const later = await Workbench.open(workspace, { job: fixtureWorker(), startNothing: true });
    opened.push(later);
    await later.perform({ verb: 'restore' });
    expect(onDisk().items.map(({ runId, state }) => [runId, state])).toEqual(before);
    await expect(later.perform({ verb: 'restore' })).rejects.toMatchObject({ code: 'USAGE' });
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
    const workbench = await Workbench.open(workspace, { job: fixtureWorker(), judge });
    opened.push(workbench);
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34']));
    expect(items[1]).toMatchObject({ state: 'skipped', error: { code: 'RUN_TOO_LARGE', fix: '96 fits.' } });
    await workbench.whenIdle();
    expect(onDisk().items.map(({ state }) => state)).toEqual(['finished', 'skipped']);
    await workbench.perform({ verb: 'retry', runId: items[1]!.runId });
    await workbench.whenIdle();
    expect(onDisk().items.map(({ state }) => state)).toEqual(['finished', 'finished']);
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
    const gate: LaunchGate = ({ whenShort }) =>
      Promise.resolve(
        free
          ? { type: 'start', accum: 2, plan }
          : { type: 'wait', reason: `2 GB are needed and 1 GB is free (${whenShort}).` },
      );
    const job = fixtureWorker();
    const workbench = await Workbench.open(workspace, { job, gate, whenShort: 'wait', waitMs: 10 });
    opened.push(workbench);
    const [item] = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34']));
    await eventually(() => onDisk().items[0]!.waiting === '2 GB are needed and 1 GB is free (wait).');
    expect(onDisk().items[0]!.state).toBe('pending');
    free = true;
    await workbench.whenIdle();
    expect(onDisk().items).toMatchObject([
      { state: 'finished', accum: 2 },
      { state: 'finished', accum: 2 },
    ]);
    expect(onDisk().items.map(({ waiting }) => waiting)).toEqual([undefined, undefined]);
    expect(readAttempts(join(workspace, 'runs', item!.runId))).toMatchObject([
      { accum: 2, memory: { reason: 'Two fit.' } },
    ]);
    free = false;
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    await eventually(() => onDisk().items.at(-1)!.waiting !== undefined);
    await workbench.close();
    expect(onDisk().items.at(-1)).toMatchObject({ state: 'interrupted' });
  });

  it('takes a column for a target when a grid asks for it', async () => {
    const workbench = await open();
    process.env['TEST_MANIFEST'] = JSON.stringify({
      ...exampleManifest,
      columns: [...exampleManifest.columns!, { name: 'age', role: 'ignore', distinct: 9, examples: [] }],
    });
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, targets: ['age'] }] });
    // The fixture worker reads the same manifest again, so the target is still unknown; the error shows what was asked.
    const unknown = await workbench.previewGrid(dataset, grid);
    expect(unknown.runs).toMatchObject([{ error: { code: 'DATASET_BAD_COLUMNS' } }]);
    expect(unknown.seconds).toEqual([null]);
    const { runs: planned } = await workbench.previewGrid(
      {
        ...dataset,
        manifest: {
          ...exampleManifest,
          targets: [...exampleManifest.targets, { ...exampleManifest.targets[0]!, name: 'age' }],
        },
      },
      grid,
    );
    expect(planned[0]!.config.targets).toEqual(['age']);
  });

  it('trains a finished run again, from its own config, under a new id', async () => {
    const workbench = await open();
    const [first] = await workbench.enqueue(dataset, gridOf(['resnet18']));
    await workbench.whenIdle();
    const again = await workbench.again(first!.runId);
    expect(again.runId).not.toBe(first!.runId);
    expect(again.config).toEqual(first!.config);
    await workbench.whenIdle();
    expect((await workbench.runs()).map((run) => run.state)).toEqual(['finished', 'finished']);
    await expect(workbench.again('nobody')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  // The fixture's worker finds weights to fit resnet18 alone: another architecture stands for another file.
  const refit = (arch: string, workbench: Workbench): void =>
    workbench.queue.items.forEach((item) => Object.assign(item.config, { arch }));

  it('trains nothing again whose weights do not fit any more, and says so before it is queued', async () => {
    const workbench = await open();
    const weights = join(workspace, 'start.safetensors');
    writeFileSync(weights, 'x');
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, epochs: 1, weights }], defaults: {} });
    const [first] = await workbench.enqueue(dataset, grid);
    await workbench.whenIdle();
    refit('convnext_tiny', workbench);
    await expect(workbench.again(first!.runId)).rejects.toMatchObject({
      code: 'WEIGHTS_MISMATCH',
      message: 'convnext_tiny: stem_0.weight is missing.',
    });
    expect(workbench.queue.items.map((item) => item.runId)).toEqual([first!.runId]);
    refit('resnet18', workbench);
    expect((await workbench.again(first!.runId)).config).toEqual(first!.config);
    await workbench.whenIdle();
  });

  it('goes on from a checkpoint whatever became of the weights, and without one only if they fit', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '100';
    const weights = join(workspace, 'start.safetensors');
    writeFileSync(weights, 'x');
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, epochs: 50, weights }], defaults: {} });
    const [first] = await workbench.enqueue(dataset, grid);
    const stopped = async (): Promise<void> => {
      workbench.stop('now');
      await workbench.whenIdle();
      expect(workbench.queue.items.map((item) => item.state)).toEqual(['interrupted']);
    };
    await stopped();
    const checkpoint = checkpointPath(join(workspace, 'runs', first!.runId));
    refit('convnext_tiny', workbench);
    rmSync(checkpoint, { force: true });
    await expect(workbench.resumeRun(first!.runId)).rejects.toMatchObject({ code: 'WEIGHTS_MISMATCH' });
    mkdirSync(dirname(checkpoint), { recursive: true });
    writeFileSync(checkpoint, '');
    expect((await workbench.resumeRun(first!.runId)).runId).toBe(first!.runId);
    await stopped();
  });

  it('closes in the middle of a queue: the run stops, the others wait for being resumed', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '100';
    await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34'], 50));
    await workbench.close();
    expect(onDisk().items.map((item) => item.state)).toEqual(['interrupted', 'interrupted']);
    const next = await open();
    const ids = onDisk().items.map((item) => item.runId);
    expect((await next.resumeInterrupted()).map((item) => item.runId)).toEqual(ids);
    next.stop('now', 'cancelled');
    await next.whenIdle();
    expect(onDisk().items.map((item) => item.state)).toEqual(['cancelled', 'cancelled']);
  });

  it('opens a workspace whose queue file is damaged, and puts it aside', async () => {
    writeFileSync(join(workspace, 'queue.json'), '{"version":1,"items":[{');
    const workbench = await open();
    expect(workbench.queue.items).toEqual([]);
    expect(readdirSync(workspace).some((name) => name.startsWith('queue.json.damaged-'))).toBe(true);
  });
});

describe('a second program', () => {
  it('is told who holds the workspace, or attaches, sees everything and starts nothing', async () => {
    const other = process_('resnet18,resnet34', 10, 'good', 400);
    await other.until((line) => line.type === 'run-started');
    await expect(open()).rejects.toMatchObject({
      code: 'WORKSPACE_LOCKED',
      message: expect.stringContaining(`a test (process ${other.child.pid}`),
    });
    const attached = await open('good', true);
    expect(attached.mode).toBe('attached');
    expect(attached.holder).toContain(`process ${other.child.pid}`);
    expect(attached.queue.items.map((item) => item.name)).toEqual([
      'resnet18 squish 32',
      'resnet34 squish 32',
    ]);
    await expect(attached.enqueue(dataset, gridOf(['resnet18']))).rejects.toMatchObject({
      code: 'WORKSPACE_LOCKED',
    });
    // What it asks of the queue is done by the holder.
    const waiting = attached.queue.items[1]!.runId;
    await attached.perform({ verb: 'skip', runId: waiting });
    expect(onDisk().items[1]!.state).toBe('skipped');
    await attached.perform({ verb: 'retry', runId: waiting });
    await expect(attached.perform({ verb: 'skip', runId: 'nobody' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    const changed: string[] = [];
    attached.on('runs-changed', (ids) => changed.push(...ids));
    await other.ended;
    await eventually(() => attached.mode === 'owner');
    expect(attached.holder).toBeNull();
    expect(new Set(changed)).toEqual(new Set(attached.queue.items.map((item) => item.runId)));
    expect(attached.queue.items.map((item) => item.state)).toEqual(['finished', 'finished']);
  });
});

describe('after kill -9', () => {
  it('of the worker, the run goes on from its checkpoint, and the queue after it', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '150';
    const [first, second] = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34'], 60));
    await eventually(async () => ((await listRuns(workspace))[0]?.epochs.length ?? 0) >= 2);
    process.env['TEST_EPOCH_MS'] = '1';
    process.kill(workerPid(first!.runId), 'SIGKILL');
    await workbench.whenIdle();
    const run = await workbench.run(first!.runId);
    expect(run).toMatchObject({ state: 'finished', problem: null });
    expect(run.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(readAttempts(join(workspace, 'runs', first!.runId))).toMatchObject([
      { outcome: 'WORKER_KILLED' },
      { outcome: 'finished', from: { epoch: expect.any(Number) } },
    ]);
    expect((await workbench.run(second!.runId)).state).toBe('finished');
  });

  it('of the scheduler, the worker ends, epochs are readable, and the runs go on', async () => {
    const other = process_('resnet18,resnet34', 60, 'good', 50);
    await other.until((line) => line.type === 'epoch');
    const [before] = await listRuns(workspace);
    expect(before!.state).toBe('running');
    const pid = workerPid(before!.id);
    await other.killHard();
    await eventually(() => identityOf(pid) === null);
    const [after] = await listRuns(workspace);
    expect(after!.state).toBe('interrupted');
    expect(after!.epochs.length).toBeGreaterThanOrEqual(before!.epochs.length);
    expect(after!.epochs.length).toBeLessThan(60);

    const workbench = await open();
    expect(workbench.queue.items.map((item) => item.state)).toEqual(['interrupted', 'interrupted']);
    const old = workbench.queue.items.map((item) => item.config);
    process.env['TEST_EPOCH_MS'] = '1';
    const items = await workbench.resumeInterrupted();
    expect(items.map((item) => item.config)).toEqual(old);
    await workbench.whenIdle();
    const runs = await listRuns(workspace);
    expect(runs.map((run) => [run.id, run.state, run.epochs.length])).toEqual(
      items.map((item) => [item.runId, 'finished', 60]),
    );
  });

  it('of the scheduler while the worker hears nothing, the next one ends that worker before it begins', async () => {
    const other = process_('convnext_tiny', 5, 'deaf', 50);
    await other.until((line) => line.type === 'epoch');
    const [run] = await listRuns(workspace);
    const pid = workerPid(run!.id);
    await other.killHard();
    expect(identityOf(pid)).not.toBeNull();
    const workbench = await open();
    await eventually(() => identityOf(pid) === null);
    expect((await workbench.run(run!.id)).state).toBe('interrupted');
    expect((await workbench.run(run!.id)).epochs).toHaveLength(1);
  });
});
