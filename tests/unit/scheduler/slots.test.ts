import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseGrid, parseRatingsGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { machineSlots, slotsOf } from '../../../src-main/scheduler/slots.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';
import { exampleManifest, fixtureWorker } from './fixture-worker.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/nvidia');
const cards = [
  '0, GPU-aaa, 550.54, 12288, 2048, 10000, 37, 61, 120.50, NVIDIA GeForce RTX 3060',
  '1, GPU-bbb, 550.54, 24576, 1, 24000, [N/A], 40, [N/A], NVIDIA GeForce RTX 4090',
];
const environment = { ...process.env };
let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-slots-'));
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(workspace, { recursive: true, force: true });
});

/** Trains four runs of 8 epochs and returns the most that trained at once, and which worker saw which card. */
async function trainFour(slots: Awaited<ReturnType<typeof machineSlots>>) {
  const workbench = await Workbench.open(workspace, { job: fixtureWorker('good', 100), slots });
  let most = 0;
  workbench.on('queue-changed', (items) => {
    most = Math.max(most, items.filter(({ state }) => state === 'running').length);
  });
  const archs = ['resnet18', 'resnet34', 'resnet50', 'resnet26d'];
  const grid = parseGrid({ blocks: [{ arch: archs, size: 32, epochs: 8 }] });
  const dataset = { path: '/data/paddy', options: {}, manifest: exampleManifest };
  const items = await workbench.enqueue(dataset, grid);
  await workbench.whenDone();
  expect(workbench.queue.items.map(({ state }) => state)).toEqual(items.map(() => 'finished'));
  await workbench.close();
  return {
    most,
    seen: items.map(
      ({ runId }) =>
        /card (\S+)/.exec(readFileSync(join(workspace, 'runs', runId, 'worker.log'), 'utf8'))?.[1],
    ),
  };
}

describe('slots', { timeout: 30_000 }, () => {
  it('are one a card, by what nvidia-smi lists, and each worker sees its card alone', async () => {
    process.env['PATH'] = `${fixtures}${delimiter}${process.env['PATH']}`;
    process.env['FAKE_NVIDIA'] = JSON.stringify({
      cards: [...cards, { wait: 5000 }],
      processes: [{ wait: 5000 }],
    });
    const slots = await machineSlots(1, true);
    expect(slots.map(({ card }) => card)).toEqual([0, 1]);
    const { most, seen } = await trainFour(slots);
    expect(most).toBe(2);
    expect(new Set(seen)).toEqual(new Set(['0', '1']));
  });

  it('show no card to a recommender, which trains on the processor', async () => {
    const ratings = join(workspace, 'r.csv');
    writeFileSync(ratings, 'user,item,rating\nu1,i1,5\nu2,i2,1\n');
    process.env['TEST_SEEN'] = join(workspace, 'seen');
    const entry = join(import.meta.dirname, '../../fixtures/workers/seeing-worker.js');
    const workbench = await Workbench.open(workspace, { job: { entry }, slots: slotsOf([0, 1]) });
    const grid = parseRatingsGrid({ kind: 'ratings', blocks: [{ factors: [5, 6], epochs: 1 }] });
    await workbench.enqueueRatings({ path: ratings, options: {} }, grid);
    await workbench.whenIdle();
    await workbench.close();
    expect(readFileSync(join(workspace, 'seen'), 'utf8')).toBe('-1 any\n-1 any\n');
  });

  it('are as many as asked for on the processor, and one for one card', async () => {
    const slots = await machineSlots(3, false);
    expect(slots.map(({ name }) => name)).toEqual(['worker 1', 'worker 2', 'worker 3']);
    const { most, seen } = await trainFour(slots);
    expect(most).toBe(3);
    expect(new Set(seen)).toEqual(new Set(['any']));
    expect(slotsOf([0])).toHaveLength(1);
    expect(slotsOf([0])[0]!.environment).toEqual({});
  });
});
