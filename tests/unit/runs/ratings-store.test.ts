import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inspectRatings } from '../../../src-main/dataset/ratings/inspect-ratings.ts';
import { readRatingsStore, writeRatings } from '../../../src-main/runs/ratings-store.ts';
import { readUserRows } from '../../../src-main/runs/user-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-ratings-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const titles = join(folder, 'movies.csv');
writeFileSync(titles, 'movieId,title,genres\na,Café,\nb,Night,\n');

/** Ids and titles of different lengths put the columns at all kinds of places in the file. */
test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'what is kept of %i ratings is what was read, times too',
  async (rows) => {
    const path = join(folder, `ratings-${rows}.csv`);
    const lines = Array.from(
      { length: rows },
      (_, k) => `u${10 ** k},${'ab'[k % 2]},${k / 2},${874_724_710 + k}`,
    );
    writeFileSync(path, ['user,item,rating,timestamp', ...lines].join('\n'));
    const options = { items: titles };
    const { manifest, table } = await inspectRatings(path, options);
    writeRatings(folder, options, { manifest, table });
    expect(readRatingsStore(folder, path, options)).toEqual({ manifest, table });
  },
);

test('one user’s rows are found without the others', async () => {
  const path = join(folder, 'users.csv');
  const lines = Array.from({ length: 300 }, (_, k) => `${k % 7},i${k},${(k % 10) / 2}`);
  writeFileSync(path, ['user,item,rating', ...lines].join('\n'));
  writeRatings(folder, {}, await inspectRatings(path));
  const own = lines.filter((line) => line.startsWith('3,')).map((line) => line.split(','));
  expect(readUserRows(folder, path, {}, '3')).toEqual({
    items: own.map(([, item]) => item),
    ratings: own.map(([, , rating]) => Number(rating)),
  });
  expect(readUserRows(folder, path, {}, 'nobody')).toEqual({ items: [], ratings: [] });
  expect(readUserRows(folder, path, { ratingColumn: null }, '3')).toBeNull();
  const taken = { ratingColumn: null };
  writeRatings(folder, taken, await inspectRatings(path, taken));
  expect(readUserRows(folder, path, taken, '3')).toMatchObject({ ratings: null });
  utimesSync(path, 1, 1);
  expect(readUserRows(folder, path, {}, '3')).toBeNull();
});

test('a file that has changed, or is read in another way, is not the one that was kept', async () => {
  const path = join(folder, 'changing.csv');
  writeFileSync(path, 'user,item,rating\n1,a,3\n1,b,4\n');
  const { manifest, table } = await inspectRatings(path);
  writeRatings(folder, {}, { manifest, table });
  expect(readRatingsStore(folder, path, { ratingColumn: null })).toBeNull();
  expect(readRatingsStore(folder, path, {})).not.toBeNull();
  utimesSync(path, 1, 1);
  expect(readRatingsStore(folder, path, {})).toBeNull();
});
