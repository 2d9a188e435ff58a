import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { queueSchema } from '../../../shared/records/queue.ts';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-file.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';
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
    ['kill', 'WORKER_KILLED'],
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
    await workbench.cancel(items[1]!.runId);
    await workbench.cancel(items[0]!.runId);
    await workbench.whenIdle();
    expect(workbench.queue.items.map((item) => item.state)).toEqual(['cancelled', 'cancelled', 'finished']);
    expect((await workbench.run(items[0]!.runId)).state).toBe('cancelled');
    await expect(workbench.cancel('nobody')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('paused starts no further run', async () => {
    const workbench = await open();
    workbench.pause();
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('pending');
    workbench.resume();
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
    expect(workbench.etaSeconds()!).toBeGreaterThan(5.9);
    expect(workbench.etaSeconds()!).toBeLessThan(60);
    await workbench.whenIdle();
    expect(workbench.etaSeconds()).toBe(0);
  });

  it('queues nothing when one run of the grid is wrong', async () => {
    const workbench = await open();
    await expect(workbench.enqueue(dataset, gridOf(['resnet18', 'resnet5']))).rejects.toMatchObject({
      code: 'ARCH_UNKNOWN',
    });
    expect(workbench.queue.items).toEqual([]);
  });

  it('takes a column for a target when a grid asks for it', async () => {
    const workbench = await open();
    process.env['TEST_MANIFEST'] = JSON.stringify({
      ...exampleManifest,
      columns: [...exampleManifest.columns!, { name: 'age', role: 'ignore', distinct: 9, examples: [] }],
    });
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, targets: ['age'] }] });
    // The fixture worker reads the same manifest again, so the target is still unknown; the error shows what was asked.
    await expect(workbench.previewGrid(dataset, grid)).rejects.toMatchObject({ code: 'DATASET_BAD_COLUMNS' });
    const planned = await workbench.previewGrid(
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

  it('closes in the middle of a queue: the run stops, the others wait for being resumed', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '100';
    await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34'], 50));
    await workbench.close();
    expect(onDisk().items.map((item) => item.state)).toEqual(['interrupted', 'interrupted']);
    const next = await open();
    expect(await next.resumeInterrupted()).toMatchObject([
      { name: 'resnet18 squish 32' },
      { name: 'resnet34 squish 32' },
    ]);
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
    const other = process_('resnet18,resnet34', 3, 'good', 200);
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
  it('of the worker, finished epochs are there and the queue goes on', async () => {
    const workbench = await open();
    process.env['TEST_EPOCH_MS'] = '150';
    const [first, second] = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34'], 60));
    await eventually(async () => ((await listRuns(workspace))[0]?.epochs.length ?? 0) >= 2);
    process.env['TEST_EPOCH_MS'] = '1';
    process.kill(workerPid(first!.runId), 'SIGKILL');
    await workbench.whenIdle();
    const run = await workbench.run(first!.runId);
    expect(run).toMatchObject({ state: 'failed', result: { error: { code: 'WORKER_KILLED' } } });
    expect(run.epochs.length).toBeGreaterThanOrEqual(2);
    expect(run.epochs.length).toBeLessThan(60);
    expect(run.problem).toBeNull();
    expect((await workbench.run(second!.runId)).state).toBe('finished');
  });

  it('of the scheduler, the worker ends, epochs are readable, and the runs can be started again', async () => {
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
    expect((await listRuns(workspace)).map((run) => run.state)).toEqual([
      'interrupted',
      'finished',
      'finished',
    ]);
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
