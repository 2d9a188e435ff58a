import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { groupBy } from '../../../../shared/ratings/table.ts';
import { inspectRatings } from '../../../../src-main/dataset/ratings/inspect-ratings.ts';
import { drawRatings } from '../../../../src-main/dataset/ratings/sample/draw-ratings.ts';
import { erf, ratingMoments } from '../../../../src-main/dataset/ratings/sample/noise-floor.ts';
import { movieLens100k, planted } from '../../../../src-main/dataset/ratings/sample/plan.ts';
import { leaveOneOut, randomSplit, timeSplit } from '../../../../src-main/dataset/ratings/splits.ts';
import { Random } from '../../../../src-main/dataset/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-films-'));
afterAll(() => rmSync(folder, { recursive: true }));
const drawn = drawRatings(join(folder, 'films'), { ...movieLens100k, seed: 3 });
const read = async (name: string) =>
  inspectRatings(join((await drawn).dest, name), { items: join((await drawn).dest, 'u.item') });

test("has MovieLens-100k's shape, no problems but rarely rated items, and a title for each item", async () => {
  const { manifest, table } = await read('u.data');
  expect([manifest.users, manifest.ratings]).toEqual([943, 100_000]);
  expect(manifest.items).toBeGreaterThan(1300);
  expect(manifest.scale).toMatchObject({ min: 1, max: 5, step: 1 });
  expect(manifest.perUser.min).toBeGreaterThanOrEqual(20);
  expect(manifest.titles).toBe(1682);
  expect(manifest.problems.map(({ code }) => code)).toEqual(['TITLE_WITHOUT_RATING', 'ITEM_WITH_ONE_RATING']);
  expect(table.titles!.some((title) => /[éñä]/.test(title))).toBe(true);
  expect(new Set(table.titles).size).toBe(manifest.items);
});

test('its own split is a fifth, without overlap', async () => {
  const [all, base, rest] = await Promise.all(['u.data', 'u1.base', 'u1.test'].map(read));
  expect([base!.manifest.ratings, rest!.manifest.ratings]).toEqual([80_000, 20_000]);
  const lines = ['u1.base', 'u1.test'].flatMap((name) =>
    readFileSync(join(folder, 'films', name), 'latin1')
      .trim()
      .split('\n'),
  );
  expect(new Set(lines).size).toBe(all!.manifest.ratings);
});

test('the noise floor is the error of the planted means, worked out and measured', async () => {
  const { noiseFloor } = await drawn;
  // 20,000 ratings estimate it to about half a percent.
  expect(Math.abs(noiseFloor.validRmse! / noiseFloor.rmse - 1)).toBeLessThan(0.02);
  expect(JSON.parse(readFileSync(join(folder, 'films', 'truth.json'), 'utf8')).noiseFloor).toEqual(
    noiseFloor,
  );
  const random = new Random(1);
  const values = Array.from({ length: 40_000 }, () =>
    Math.min(5, Math.max(1, Math.round(4.4 + planted.noise * random.normal()))),
  );
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(ratingMoments(4.4).mean).toBeCloseTo(mean, 1);
  expect(ratingMoments(4.4).variance).toBeCloseTo(variance, 1);
  expect(erf(0.5)).toBeCloseTo(0.5204999, 6);
});

test('the same seed draws the same, another seed others; a folder in use is left alone', async () => {
  const small = { users: 30, items: 60, ratings: 600 };
  const text = async (name: string, seed: number) => {
    await drawRatings(join(folder, name), { ...small, seed });
    return readFileSync(join(folder, name, 'u.data'), 'utf8');
  };
  const first = await text('a', 1);
  expect(await text('b', 1)).toBe(first);
  expect(await text('c', 2)).not.toBe(first);
  await expect(text('a', 1)).rejects.toMatchObject({ code: 'SAMPLE_DEST_NOT_EMPTY' });
  await expect(
    drawRatings(join(folder, 'd'), { users: 10, items: 20, ratings: 300, seed: 1 }),
  ).rejects.toMatchObject({ fix: expect.stringContaining('at most 90 here') });
});

test('splits: random by seed, by time, and one of each user', async () => {
  const { table } = await read('u.data');
  const split = randomSplit(table, 0.2, new Random(5));
  expect(split.valid.length).toBe(20_000);
  expect(new Set([...split.valid, ...split.train]).size).toBe(100_000);
  expect(randomSplit(table, 0.2, new Random(5)).valid).toEqual(split.valid);

  const late = timeSplit(table, 0.1);
  const newest = late.train.reduce((most, row) => Math.max(most, table.time![row]!), 0);
  expect(late.valid.every((row) => table.time![row]! >= newest)).toBe(true);

  const one = leaveOneOut(table, new Random(5));
  expect(one.valid.length).toBe(943);
  const { offsets, rows } = groupBy(table.user, table.users.length);
  for (const row of one.valid) {
    const own = rows.subarray(offsets[table.user[row]!]!, offsets[table.user[row]! + 1]!);
    expect(own.every((other) => table.time![other]! <= table.time![row]!)).toBe(true);
  }
  expect(() => timeSplit({ ...table, time: null }, 0.2)).toThrow('no times');
});
