import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CacheHome, readAll, slot } from './cache-home.ts';
import { pattern, writePictures } from './make-pictures.ts';

const home = new CacheHome();

describe('a pixel cache that was damaged', () => {
  it.each([
    ['cut short', (path: string) => truncateSync(path, statSync(path).size - slot)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['cut within its index', (path: string) => truncateSync(path, statSync(path).size - 7)],
    [
      'given another index',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[3 * slot + 5]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
  ])('decodes anew when a segment was %s', async (_, damage) => {
    const records = await writePictures(home.root, [1, 2, 3]);
    (await home.openCache(records)).close();
    const [before] = home.segments();
    damage(before!);
    const cache = await home.openCache(records);
    for (const seed of [1, 2, 3]) {
      expect(readAll(cache, 3).subarray((seed - 1) * slot, seed * slot)).toEqual(pattern(24, 18, seed));
    }
    expect(home.segments()).toHaveLength(1);
    expect(home.segments()).not.toContain(before);
  });

  it('says so when pixels changed on disk, in both ways of reading, and is whole at the next start', async () => {
    for (const way of ['read', 'take']) {
      const records = await writePictures(home.root, [1, 2, 3]);
      const cache = await home.openCache(records);
      const [path] = home.segments();
      const bytes = readFileSync(path!);
      bytes[slot + 9]! ^= 0x10;
      writeFileSync(path!, bytes);
      const into = new Uint8Array(slot);
      // Writing does not replace the file: the cache's handle sees it. Exactly one picture is damaged.
      const bad = [0, 1, 2].filter((index) => {
        try {
          cache.read([index], into);
          return false;
        } catch {
          return true;
        }
      });
      expect(bad).toHaveLength(1);
      const attempt = (): unknown =>
        way === 'read' ? cache.read(bad, into) : cache.take(cache.prefetch([...bad, ...bad]));
      expect(attempt).toThrow(expect.objectContaining({ code: 'CACHE_CORRUPT' }));
      expect(home.segments()).toEqual([]);
      const again = await home.openCache(records);
      expect(readAll(again, 3).subarray(slot, 2 * slot)).toEqual(pattern(24, 18, 2));
    }
  });
});
