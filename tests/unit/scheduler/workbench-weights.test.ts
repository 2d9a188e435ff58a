import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Grid } from '../../../shared/records/grid.ts';
import { checkpointPath } from '../../../src-main/runs/checkpoint-file.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import type { Workbench } from '../../../src-main/scheduler/workbench.ts';
import { TestWorkspace, dataset } from './test-workspace.ts';

const home = new TestWorkspace();

describe('a workbench and the weights that its runs start from', () => {
  // The fixture's worker finds weights to fit resnet18 alone: another architecture stands for another file.
  const refit = (arch: string, workbench: Workbench): void =>
    workbench.queue.items.forEach((item) => Object.assign(item.config, { arch }));

  it('trains nothing again whose weights do not fit any more, and says so before it is queued', async () => {
    const workbench = await home.open();
    const weights = join(home.path, 'start.safetensors');
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
    const workbench = await home.open();
    process.env['TEST_EPOCH_MS'] = '100';
    const weights = join(home.path, 'start.safetensors');
    writeFileSync(weights, 'x');
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, epochs: 50, weights }], defaults: {} });
    const [first] = await workbench.enqueue(dataset, grid);
    const stopped = async (): Promise<void> => {
      workbench.stop('now');
      await workbench.whenIdle();
      expect(workbench.queue.items.map((item) => item.state)).toEqual(['interrupted']);
    };
    await stopped();
    const checkpoint = checkpointPath(join(home.path, 'runs', first!.runId));
    refit('convnext_tiny', workbench);
    rmSync(checkpoint, { force: true });
    await expect(workbench.resumeRun(first!.runId)).rejects.toMatchObject({ code: 'WEIGHTS_MISMATCH' });
    mkdirSync(dirname(checkpoint), { recursive: true });
    writeFileSync(checkpoint, '');
    expect((await workbench.resumeRun(first!.runId)).runId).toBe(first!.runId);
    await stopped();
  });

  /** Runs that were cut off before their first checkpoint, the queue closed. */
  async function cutOff(count: number): Promise<Workbench> {
    const workbench = await home.open();
    process.env['TEST_EPOCH_MS'] = '100';
    const weights = join(home.path, 'start.safetensors');
    writeFileSync(weights, 'x');
    const size = Array.from({ length: count }, (_, k) => 32 * (k + 1));
    const grid: Grid = parseGrid({ blocks: [{ arch: 'resnet18', size, epochs: 50, weights }], defaults: {} });
    await workbench.enqueue(dataset, grid);
    workbench.stop('now');
    await workbench.whenIdle();
    for (const { runId } of workbench.queue.items)
      rmSync(checkpointPath(join(home.path, 'runs', runId)), { force: true });
    return workbench;
  }

  it('tries no run again whose weights do not fit any more, unless it has a checkpoint', async () => {
    const workbench = await cutOff(1);
    const runId = workbench.queue.items[0]!.runId;
    refit('convnext_tiny', workbench);
    const retry = { verb: 'retry', runId } as const;
    await expect(workbench.perform(retry)).rejects.toMatchObject({ code: 'WEIGHTS_MISMATCH' });
    expect(home.onDisk().items[0]!.state).toBe('interrupted');
    const checkpoint = checkpointPath(join(home.path, 'runs', runId));
    mkdirSync(dirname(checkpoint), { recursive: true });
    writeFileSync(checkpoint, '');
    await workbench.perform(retry);
    expect(workbench.queue.items[0]!.state).toBe('running');
    await expect(workbench.perform(retry)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('puts back what was taken out, and marks what cannot begin as failed with the reason', async () => {
    const workbench = await cutOff(3);
    await workbench.perform({ verb: 'pause' });
    await workbench.perform({ verb: 'cancel-waiting' });
    const runs = workbench.queue.items.map(({ runId }, k) => ({
      runId,
      as: k === 2 ? ('interrupted' as const) : ('pending' as const),
    }));
    for (const k of [0, 2]) Object.assign(workbench.queue.items[k]!.config, { arch: 'convnext_tiny' });
    await workbench.perform({ verb: 'put-back', runs });
    // One that is only to be resumed is looked at when it is.
    expect(home.onDisk().items).toMatchObject([
      { state: 'failed', error: { code: 'WEIGHTS_MISMATCH' } },
      { state: 'pending', error: null },
      { state: 'interrupted', error: null },
    ]);
  });

  it('resumes what can go on, and marks what cannot as failed with the reason', async () => {
    const workbench = await cutOff(2);
    Object.assign(workbench.queue.items[0]!.config, { arch: 'convnext_tiny' });
    const [bad, good] = workbench.queue.items.map(({ runId }) => runId);
    expect((await workbench.resumeInterrupted()).map(({ runId }) => runId)).toEqual([good]);
    expect(home.onDisk().items).toMatchObject([
      { runId: bad, state: 'failed', error: { code: 'WEIGHTS_MISMATCH' } },
      { runId: good, state: 'running', error: null },
    ]);
    workbench.stop('now');
    await workbench.whenIdle();
    rmSync(checkpointPath(join(home.path, 'runs', good!)), { force: true });
    refit('convnext_tiny', workbench);
    await expect(workbench.resumeInterrupted()).rejects.toMatchObject({ code: 'WEIGHTS_MISMATCH' });
    expect(home.onDisk().items.map(({ state }) => state)).toEqual(['failed', 'failed']);
  });

  it('starts nothing where a reason cannot even be written down, and says why', async () => {
    const workbench = await cutOff(2);
    Object.assign(workbench.queue.items[0]!.config, { arch: 'convnext_tiny' });
    const [bad, good] = workbench.queue.items.map(({ runId }) => join(home.path, 'runs', runId));
    // What a full disk does to a result, a file in a folder's place does as well.
    rmSync(join(bad!, 'checkpoint'), { recursive: true, force: true });
    mkdirSync(bad!, { recursive: true });
    writeFileSync(join(bad!, 'checkpoint'), '');
    expect(await workbench.resumeInterrupted()).toHaveLength(1);
    expect(home.onDisk()).toMatchObject({
      paused: { by: 'fault', reason: expect.stringContaining('checkpoint') as string },
      items: [{ state: 'failed' }, { state: 'pending' }],
    });
    expect(existsSync(checkpointPath(good!))).toBe(false);
  });
});
