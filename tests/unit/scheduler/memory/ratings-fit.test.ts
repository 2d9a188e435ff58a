import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nearestThatFits, recommenderNeedMb } from '../../../../shared/recommender/memory-need.ts';
import { recommenderSize } from '../../../../shared/recommender/size.ts';
import { type RatingsConfig, ratingsConfigSchema } from '../../../../shared/records/ratings-run.ts';
import { buildModel, initialValues } from '../../../../src-main/collab/build-model.ts';
import { inspectRatings } from '../../../../src-main/dataset/ratings/inspect-ratings.ts';
import { writeRatings } from '../../../../src-main/runs/ratings-store.ts';
import { parseRatingsGrid } from '../../../../src-main/scheduler/grid-parse.ts';
import type { PlanningDevice } from '../../../../src-main/scheduler/memory/device.ts';
import { withoutTooLarge } from '../../../../src-main/scheduler/memory/ratings-fit.ts';
import { planRatingsGrid } from '../../../../src-main/scheduler/ratings-grid.ts';

const config = (changes: object): RatingsConfig =>
  ratingsConfigSchema.parse({ ratings: '/r.csv', seed: 1, ...changes });
const films = { users: 943, items: 1682, ratings: 100_000, implicit: false };

describe('the size of a recommender', () => {
  it.each([{}, { model: 'dot' }, { model: 'ncf' }, { model: 'ncf', layers: [7] }])('%j', (changes) => {
    const one = config(changes);
    const values = initialValues(buildModel(one, 30, 20), 30, 20, 1);
    const all = [...values.values()].reduce((sum, { length }) => sum + length, 0);
    expect(recommenderSize(one, 30, 20).parameters).toBe(all);
  });

  it('decides the optimizer', () => {
    const optimizer = (changes: object) => recommenderSize(config(changes), 943, 1682).optimizer;
    expect(optimizer({})).toBe('dense');
    expect(optimizer({ factors: 1000 })).toBe('sparse');
    expect(optimizer({ factors: 1000, decay: 'l2' })).toBe('dense');
    expect(optimizer({ optimizer: 'sparse' })).toBe('sparse');
  });
});

describe('what it needs', () => {
  const seen = { ...films, items: 1581 };
  const million = { users: 6040, items: 3661, ratings: 1_000_000, implicit: false };
  const large = { users: 138_493, items: 26_529, ratings: 20_000_000, implicit: false };
  it.each([
    [462, seen, {}],
    [558, seen, { batchSize: 65_536 }],
    [702, seen, { factors: 300, batchSize: 16_384 }],
    [635, seen, { factors: 1000, batchSize: 1024, decay: 'l2' }],
    [1376, seen, { factors: 4096, batchSize: 4096, decay: 'l2' }],
    [625, seen, { factors: 1000 }],
    [1230, seen, { factors: 4096 }],
    [4401, seen, { factors: 1000, batchSize: 65_536 }],
    [616, seen, { model: 'ncf', layers: [1024], batchSize: 16_384 }],
    [480, million, { factors: 1, batchSize: 4096 }],
    [539, million, { factors: 100, batchSize: 4096 }],
    [1593, large, { batchSize: 4096 }],
  ])('%i MiB were measured (docs/memory.md)', (measured, counts, changes) => {
    const predicted = recommenderNeedMb(config(changes), counts);
    expect(Math.abs(predicted / measured - 1)).toBeLessThan(0.11);
  });

  it('is the nearest that fits, and hardly less than there is', () => {
    const large = config({ factors: 4096, batchSize: 64 });
    const budget = recommenderNeedMb(large, films) - 150;
    const nearest = nearestThatFits(large, films, budget)!;
    expect(nearest.batchSize).toBe(64);
    expect(recommenderNeedMb({ ...large, ...nearest }, films)).toBeLessThanOrEqual(budget);
    expect(recommenderNeedMb({ ...large, factors: nearest.factors + 1 }, films)).toBeGreaterThan(budget);
    expect(nearestThatFits(large, films, 100)).toBeNull();
  });

  it('keeps the factors where a smaller batch is enough', () => {
    const wide = config({ factors: 200, batchSize: 1_000_000 });
    expect(nearestThatFits(wide, films, 1500)).toMatchObject({ factors: 200 });
  });
});

describe('before it is queued', () => {
  const folder = mkdtempSync(join(tmpdir(), 'granary-ratings-fit-'));
  const path = join(folder, 'r.csv');
  const memory = (freeMb: number) => (): Promise<PlanningDevice> =>
    Promise.resolve({ kind: 'main-memory', name: 'main memory', totalMb: freeMb, freeMb, driver: null });
  const plan = (block: object) =>
    planRatingsGrid(parseRatingsGrid({ kind: 'ratings', blocks: [block] }), { path, options: {} });
  beforeAll(async () => {
    const lines = Array.from({ length: 4000 }, (_, k) => `u${k},i${k % 3000},${1 + (k % 5)}`);
    writeFileSync(path, ['user,item,rating', ...lines].join('\n'));
    writeRatings(folder, {}, await inspectRatings(path));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('what cannot fit is told apart, with the nearest that does; the others stay', async () => {
    const [small, large] = await withoutTooLarge(plan({ factors: [5, 4096] }), folder, memory(1200));
    expect(small).not.toHaveProperty('error');
    expect(large).toMatchObject({
      name: 'dot-bias 4096 wd 0.1',
      error: {
        code: 'RUN_TOO_LARGE',
        message: expect.stringMatching(/needs [\d.]+ GiB \(predicted\)/) as string,
        fix: expect.stringMatching(/^With \d+ factors it fits\.$/) as string,
      },
    });
    const { fix } = (large as { error: { fix: string } }).error;
    const [nearest] = await withoutTooLarge(
      plan({ factors: Number(/\d+/.exec(fix)![0]) }),
      folder,
      memory(1200),
    );
    expect(nearest).not.toHaveProperty('error');
  });

  it('none is kept back for the margin alone', async () => {
    const [run] = plan({ factors: 5 });
    const needed = recommenderNeedMb((run as { config: RatingsConfig }).config, {
      ...films,
      users: 4000,
      items: 3000,
      ratings: 4000,
    });
    expect((await withoutTooLarge(plan({ factors: 5 }), folder, memory(needed + 1)))[0]).not.toHaveProperty(
      'error',
    );
    expect((await withoutTooLarge(plan({ factors: 5 }), folder, memory(needed - 1)))[0]).toMatchObject({
      error: { code: 'RUN_TOO_LARGE', fix: expect.stringMatching(/it fits|Give fewer ratings/) as string },
    });
  });

  it('a file that was never read passes, and reasons that are there already stay', async () => {
    const elsewhere = join(folder, 'empty');
    expect((await withoutTooLarge(plan({ factors: 4096 }), elsewhere, memory(500)))[0]).not.toHaveProperty(
      'error',
    );
    const [invalid] = await withoutTooLarge(plan({ factors: 0 }), folder, memory(500));
    expect(invalid).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
  });
});
