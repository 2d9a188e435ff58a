import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ratingsConfigSchema } from '../../../../shared/records/ratings-run.ts';
import { inspectRatings } from '../../../../src-main/dataset/ratings/inspect-ratings.ts';
import { readRatingsManifest, writeRatings } from '../../../../src-main/runs/ratings-store.ts';
import { parseRatingsGrid } from '../../../../src-main/scheduler/grid-parse.ts';
import type { LaunchDecision, RatingsLaunch } from '../../../../src-main/scheduler/launch-gate.ts';
import type { PlanningDevice } from '../../../../src-main/scheduler/memory/device.ts';
import { memoryGate } from '../../../../src-main/scheduler/memory/gate.ts';
import { Workbench } from '../../../../src-main/scheduler/workbench.ts';
import { eventually } from '../processes.ts';

let folder: string;
let path: string;
let launch: RatingsLaunch;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-ratings-gate-'));
  path = join(folder, 'r.csv');
  const lines = Array.from({ length: 4000 }, (_, k) => `u${k},i${k % 3000},${1 + (k % 5)}`);
  writeFileSync(path, ['user,item,rating', ...lines].join('\n'));
  const config = ratingsConfigSchema.parse({ ratings: path, factors: 50, seed: 1 });
  launch = { kind: 'ratings', runId: 'r', name: 'dot-bias 50', config };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const memory = (freeMb: number, totalMb = 16_384): PlanningDevice => ({
  ...{ kind: 'main-memory', name: 'main memory', totalMb, freeMb, driver: null },
});
const gateOf = (device: () => PlanningDevice) =>
  memoryGate({ workspace: folder, ratings: { device: () => Promise.resolve(device()) } });
const decide = (device: PlanningDevice): Promise<LaunchDecision> => gateOf(() => device)(launch);

it('a recommender starts, waits for other programs’ memory, or is refused with its own reason', async () => {
  writeRatings(folder, {}, await inspectRatings(path));
  // It needs some 480 MiB, and 300 are kept free.
  expect(await decide(memory(4000))).toEqual({ type: 'start', accum: 1, plan: null });
  expect(await decide(memory(600))).toEqual({
    type: 'wait',
    reason: expect.stringMatching(
      /^Waits for memory: 7\d\d MiB are needed and 600 MiB of main memory free/,
    ) as string,
  });
  // The margin alone refuses none, and what is waited for then is the need itself.
  expect(await decide(memory(600, 600))).toEqual({ type: 'start', accum: 1, plan: null });
  expect(await decide(memory(400, 600))).toEqual({
    type: 'wait',
    reason: expect.stringMatching(/^Waits for memory: 4\d\d MiB are needed and 400 MiB/) as string,
  });
  expect(await decide(memory(400, 400))).toMatchObject({
    type: 'refuse',
    error: { code: 'RUN_TOO_LARGE', message: expect.stringMatching(/^dot-bias 50 does not fit/) as string },
  });
});

it(
  'a file that was never read is read before it is judged, and one that cannot be read is left to the run',
  { timeout: 30_000 },
  async () => {
    expect(readRatingsManifest(folder, path, {})).toBeNull();
    expect(await decide(memory(600))).toMatchObject({ type: 'wait' });
    expect(readRatingsManifest(folder, path, {})).toMatchObject({ ratings: 4000 });
    launch.config.ratings = join(folder, 'gone.csv');
    expect(await decide(memory(600))).toMatchObject({ type: 'start' });
  },
);

it('the queue shows why a recommender waits, and asks again', { timeout: 30_000 }, async () => {
  writeRatings(folder, {}, await inspectRatings(path));
  let now = memory(600);
  const gate = gateOf(() => now);
  const workbench = await Workbench.open(folder, { gate, waitMs: 10 });
  try {
    const grid = parseRatingsGrid({ kind: 'ratings', blocks: [{ factors: 50, epochs: 1 }] });
    await workbench.enqueueRatings({ path, options: {} }, grid);
    await eventually(() => workbench.queue.items[0]!.waiting?.startsWith('Waits for memory') === true);
    expect(workbench.queue.items[0]).toMatchObject({ kind: 'ratings', state: 'pending' });
    now = memory(4000);
    await workbench.whenIdle();
    expect(workbench.queue.items[0]).toMatchObject({ state: 'finished' });
    expect(workbench.queue.items[0]!.waiting).toBeUndefined();
  } finally {
    await workbench.close();
  }
});
