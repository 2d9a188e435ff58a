import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PixelProgress } from '../../../src-main/preprocess/pixel-cache.ts';
import { CacheHome, readAll, slot } from './cache-home.ts';
import { pattern, writePictures } from './make-pictures.ts';

const home = new CacheHome();

describe('openPixelCache', () => {
  it('gives each picture its own pixels, by id, in any order', async () => {
    const records = await writePictures(home.root, [1, 2, 3, 4, 5]);
    const cache = await home.openCache(records);
    expect(cache.indexOf('leaves/4.png')).toBe(3);
    const into = new Uint8Array(3 * slot);
    cache.read([cache.indexOf('leaves/5.png'), 0, 0], into);
    expect(into.subarray(0, slot)).toEqual(pattern(24, 18, 5));
    expect(into.subarray(slot, 2 * slot)).toEqual(pattern(24, 18, 1));
    expect(into.subarray(2 * slot)).toEqual(pattern(24, 18, 1));
    expect(() => cache.indexOf('nobody')).toThrow(/nobody/);
    expect(() => cache.read([5], into)).toThrow(RangeError);
  });

  it('decodes each file once: later openings need no files at all', async () => {
    const records = await writePictures(home.root, [1, 2, 3]);
    const said: PixelProgress[] = [];
    await home.openCache(records, { onProgress: (progress) => said.push(progress) });
    expect(said.at(-1)).toMatchObject({ done: 3, total: 3, unit: 'pictures' });
    rmSync(join(home.root, 'leaves'), { recursive: true });
    said.length = 0;
    const again = await home.openCache(records, { onProgress: (progress) => said.push(progress) });
    expect(readAll(again, 3).subarray(slot, 2 * slot)).toEqual(pattern(24, 18, 2));
    expect(said).toEqual([]);
    mkdirSync(join(home.root, 'leaves'));
  });

  it('shares pixels between datasets, and between copies within one', async () => {
    const records = await writePictures(home.root, [1, 2]);
    await home.openCache(records);
    const copies = records.map((record) => ({ ...record, id: `copy of ${record.id}`, path: 'nowhere.png' }));
    const cache = await home.openCache([...copies, ...records]);
    expect(readAll(cache, 4).subarray(2 * slot)).toEqual(readAll(cache, 4).subarray(0, 2 * slot));
    expect(home.segments()).toHaveLength(1);
    expect(statSync(home.segments()[0]!).size).toBeLessThan(2 * slot + 200);
  });

  it('keeps settings apart', async () => {
    const records = await writePictures(home.root, [1], { height: 40, width: 18 });
    const results = new Map<string, Uint8Array>();
    for (const [resize, padMode] of [
      ['squish', 'zeros'],
      ['crop', 'zeros'],
      ['pad', 'zeros'],
      ['pad', 'border'],
      ['pad', 'reflection'],
    ] as const) {
      results.set(resize + padMode, readAll(await home.openCache(records, { resize, padMode }), 1));
    }
    const distinct = new Set([...results.values()].map((pixels) => pixels.join()));
    expect(distinct.size).toBe(5);
  });

  it('names a file that changed, vanished or cannot be decoded', async () => {
    const records = await writePictures(home.root, [1, 2]);
    writeFileSync(join(home.root, records[1]!.path), 'something else');
    await expect(home.openCache(records)).rejects.toMatchObject({
      code: 'DATASET_CHANGED',
      message: expect.stringContaining('leaves/2.png'),
    });
    rmSync(join(home.root, records[1]!.path));
    await expect(home.openCache(records)).rejects.toMatchObject({ code: 'DATASET_CHANGED' });
  });
});
