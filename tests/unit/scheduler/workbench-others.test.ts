import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { type Fault, fixtureEnvironment } from './fixture-worker.ts';
import { SchedulerProcess, buildScheduler, eventually } from './processes.ts';
import { TestWorkspace, dataset, gridOf } from './test-workspace.ts';

const home = new TestWorkspace();

let scheduler: { script: string; remove: () => void };
beforeAll(async () => {
  scheduler = await buildScheduler();
}, 60_000);
afterAll(() => scheduler.remove());

function process_(archs: string, epochs: number, fault: Fault, epochMs: number): SchedulerProcess {
  return new SchedulerProcess(scheduler.script, home.path, archs, epochs, fixtureEnvironment(fault, epochMs));
}

describe('a second program', () => {
  it('is told who holds the workspace, or attaches, sees everything and starts nothing', async () => {
    const other = process_('resnet18,resnet34', 10, 'good', 400);
    await other.until((line) => line.type === 'run-started');
    await expect(home.open()).rejects.toMatchObject({
      code: 'WORKSPACE_LOCKED',
      message: expect.stringContaining(`a test (process ${other.child.pid}`),
    });
    const attached = await home.open('good', true);
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
    expect(home.onDisk().items[1]!.state).toBe('skipped');
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
    const workbench = await home.open();
    process.env['TEST_EPOCH_MS'] = '150';
    const [first, second] = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34'], 60));
    await eventually(async () => ((await listRuns(home.path))[0]?.epochs.length ?? 0) >= 2);
    process.env['TEST_EPOCH_MS'] = '1';
    process.kill(home.workerPid(first!.runId), 'SIGKILL');
    await workbench.whenIdle();
    const run = await workbench.run(first!.runId);
    expect(run).toMatchObject({ state: 'finished', problem: null });
    expect(run.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(readAttempts(join(home.path, 'runs', first!.runId))).toMatchObject([
      { outcome: 'WORKER_KILLED' },
      { outcome: 'finished', from: { epoch: expect.any(Number) } },
    ]);
    expect((await workbench.run(second!.runId)).state).toBe('finished');
  });

  it('of the scheduler, the worker ends, epochs are readable, and the runs go on', async () => {
    // So long an epoch that it is killed in the second one, however late.
    const other = process_('resnet18,resnet34', 60, 'good', 1000);
    await other.until((line) => line.type === 'epoch' && (line['log'] as { epoch: number }).epoch === 2);
    const [before] = await listRuns(home.path);
    expect(before!.state).toBe('running');
    const pid = home.workerPid(before!.id);
    await other.killHard();
    await eventually(() => identityOf(pid) === null);
    const [after] = await listRuns(home.path);
    expect(after!.state).toBe('interrupted');
    expect(after!.epochs.length).toBeGreaterThanOrEqual(before!.epochs.length);
    expect(after!.epochs.length).toBeLessThan(60);

    const workbench = await home.open();
    expect(workbench.queue.items.map((item) => item.state)).toEqual(['interrupted', 'interrupted']);
    const old = workbench.queue.items.map((item) => item.config);
    process.env['TEST_EPOCH_MS'] = '1';
    const items = await workbench.resumeInterrupted();
    expect(items.map((item) => item.config)).toEqual(old);
    await workbench.whenIdle();
    const runs = await listRuns(home.path);
    expect(runs.map((run) => [run.id, run.state, run.epochs.length])).toEqual(
      items.map((item) => [item.runId, 'finished', 60]),
    );
  });

  it('of the scheduler while the worker hears nothing, the next one ends that worker before it begins', async () => {
    const other = process_('convnext_tiny', 5, 'deaf', 50);
    await other.until((line) => line.type === 'epoch');
    const [run] = await listRuns(home.path);
    const pid = home.workerPid(run!.id);
    await other.killHard();
    expect(identityOf(pid)).not.toBeNull();
    const workbench = await home.open();
    await eventually(() => identityOf(pid) === null);
    expect((await workbench.run(run!.id)).state).toBe('interrupted');
    expect((await workbench.run(run!.id)).epochs).toHaveLength(1);
  });
});

describe('a workspace whose folder is moved away', () => {
  it('is not made anew by any command, and goes on when it is back', async () => {
    const workbench = await home.open();
    await workbench.perform({ verb: 'pause' });
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    const away = `${home.path}-away`;
    renameSync(home.path, away);
    try {
      const gone = { code: 'WORKSPACE_INVALID', message: expect.stringContaining('not there any more') };
      await expect(workbench.perform({ verb: 'resume' })).rejects.toMatchObject(gone);
      await expect(workbench.enqueue(dataset, gridOf(['resnet34']))).rejects.toMatchObject(gone);
      expect(workbench.gone).toBe(true);
      expect(existsSync(home.path)).toBe(false);
    } finally {
      renameSync(away, home.path);
    }
    await workbench.perform({ verb: 'resume' });
    await workbench.whenIdle();
    expect(home.onDisk().items.map(({ state }) => state)).toEqual(['finished']);
  });
});
