import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { drawRatings } from '../../../src-main/dataset/ratings/sample/draw-ratings.ts';
import { drawSample } from '../../../src-main/dataset/sample/draw-sample.ts';
import { writeEmbeddings } from '../../../src-main/recommender/embeddings.ts';
import type { OpenRecommender } from '../../../src-main/recommender/open.ts';
import { writeTopCsv } from '../../../src-main/recommender/top.ts';
import { mountDisk } from '../scheduler/small-disk.ts';

const [full, readOnly] = [mountDisk('64k'), mountDisk('64k')];
const remounted = readOnly.mounted && spawnSync('mount', ['-o', 'remount,ro', readOnly.disk]).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'granary-exports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const users = Array.from({ length: 3000 }, (_, user) => `user ${user}`);
const best = [{ rank: 1, item: 'an item', title: 'Its title', predicted: 4, because: [] }];
/** As much of a recommender as is written. */
const model = {
  title: (item: number) => `Title ${item}`,
  scorers: [
    {
      weights: {
        ...{ users, items: users, bias: null },
        factors: {
          userWidth: 5,
          itemWidth: 5,
          user: new Float32Array(15_000),
          item: new Float32Array(15_000),
        },
      },
    },
  ],
} as unknown as OpenRecommender;

/** Whatever writes where a person said, given a folder that it may fill. */
const writers: Record<string, (place: string) => unknown> = {
  recommendations: (place) => writeTopCsv(join(place, 'top.csv'), users, () => best),
  embeddings: (place) => writeEmbeddings(model, join(place, 'embeddings')),
  'sample pictures': (place) => drawSample(join(place, 'pictures'), { images: 40, seed: 1 }),
  'sample ratings': (place) =>
    drawRatings(join(place, 'films'), { users: 200, items: 200, ratings: 9000, seed: 1 }),
};

describe.each(Object.entries(writers))('%s', (_, write) => {
  const refused = async (place: string): Promise<{ code: string; message: string; fix: string }> => {
    try {
      await write(place);
    } catch (error) {
      return error as { code: string; message: string; fix: string };
    }
    throw new Error('Nothing was refused.');
  };

  it.skipIf(!full.mounted)('tell of a full disk, and leave nothing half written', async () => {
    const error = await refused(full.disk);
    expect(error).toMatchObject({ code: 'NO_SPACE', fix: expect.stringContaining('Make room') });
    expect(error.message).toMatch(`${full.disk}/`);
    const left = readdirSync(full.disk, { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => /\.(tmp|part)$|pictures|films/.test(name))).toEqual([]);
    for (const name of readdirSync(full.disk)) rmSync(join(full.disk, name), { recursive: true });
  });

  it.skipIf(!remounted)('tell of a read-only disk', async () => {
    const error = await refused(readOnly.disk);
    expect(error.code).toBe('ACCESS_DENIED');
    expect(error.message).toMatch(/cannot be written: its disk is read-only\.$/);
    const below = await refused(join(readOnly.disk, 'a', 'b'));
    expect(below.message).toMatch(/cannot be written: its disk is read-only\.$/);
  });

  it('make the folders that are missing', async () => {
    const place = mkdtempSync(join(folder, 'place-'));
    await write(join(place, 'new', 'deep'));
    expect(readdirSync(join(place, 'new', 'deep'))).toHaveLength(1);
  });
});

it('recommendations are not made for a folder that stands in their place', () => {
  mkdirSync(join(folder, 'top.csv'));
  const list = (): never => {
    throw new Error('It was asked for a list.');
  };
  expect(() => writeTopCsv(join(folder, 'top.csv'), users, list)).toThrowError(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('a folder has that name') as string,
    }),
  );
});
