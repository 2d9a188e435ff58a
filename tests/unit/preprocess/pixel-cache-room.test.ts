import { statSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CacheHome, slot } from './cache-home.ts';
import { writePictures } from './make-pictures.ts';

const home = new CacheHome();

describe('the room of a pixel cache', () => {
  it('makes room by deleting what was used longest ago, and never what it is about to read', async () => {
    const records = await writePictures(home.root, [1, 2, 3]);
    (await home.openCache(records, { resize: 'pad' })).close();
    (await home.openCache(records, { resize: 'crop' })).close();
    const [padded] = home.segments('v3-pad-zeros-24x18');
    const [cropped] = home.segments('v3-crop-24x18');
    utimesSync(padded!, new Date(1e12), new Date(1e12));
    utimesSync(cropped!, new Date(2e12), new Date(2e12));
    (await home.openCache(records.slice(0, 1), { limitBytes: 6.5 * slot })).close();
    expect(home.segments('v3-pad-zeros-24x18')).toEqual([]);
    expect(home.segments('v3-crop-24x18')).toEqual([cropped]);

    const [kept] = home.segments();
    utimesSync(kept!, new Date(1e12), new Date(1e12));
    (await home.openCache(records, { limitBytes: 4 * slot })).close();
    expect(home.segments('v3-crop-24x18')).toEqual([]);
    expect(home.segments()).toContain(kept);
  });

  it('marks what it opens as used', async () => {
    const records = await writePictures(home.root, [1]);
    await home.openCache(records);
    utimesSync(home.segments()[0]!, new Date(1e12), new Date(1e12));
    await home.openCache(records);
    expect(Date.now() - statSync(home.segments()[0]!).mtimeMs).toBeLessThan(60_000);
  });

  it('refuses what cannot fit, with the way out', async () => {
    const records = await writePictures(home.root, [1, 2, 3]);
    await expect(home.openCache(records, { limitBytes: 2 * slot })).rejects.toMatchObject({
      code: 'NO_SPACE',
      fix: expect.stringContaining('GRANARY_PIXEL_CACHE_GB'),
    });
    process.env['GRANARY_PIXEL_CACHE_GB'] = 'plenty';
    try {
      await expect(home.openCache(records)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      process.env['GRANARY_PIXEL_CACHE_GB'] = '0.000001';
      await expect(home.openCache(records)).rejects.toMatchObject({ code: 'NO_SPACE' });
    } finally {
      delete process.env['GRANARY_PIXEL_CACHE_GB'];
    }
  });
});
