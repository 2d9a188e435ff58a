import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountDisk } from '../scheduler/small-disk.ts';
import { CacheHome, range, size, slot } from './cache-home.ts';
import { pattern, writePictures } from './make-pictures.ts';

const { mounted, disk } = mountDisk('8m');
const home = new CacheHome();

/** Takes all that is free, as another program would. @returns its file */
function fillDisk(): string {
  const path = join(disk, 'ballast');
  const handle = openSync(path, 'w');
  const piece = Buffer.alloc(4096);
  try {
    for (;;) writeSync(handle, piece);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(handle);
  }
  return path;
}

// Only root may make a disk; others skip this.
describe.skipIf(!mounted)('a disk that becomes full while the pixel cache is written', () => {
  it('is told as such, leaves nothing half-written, and with room again all pictures are their own', async () => {
    // Enough that nine tenths are still to be written when the first is told of.
    const count = 100;
    const records = await writePictures(home.root, range(count));
    const names = (): string[] => readdirSync(join(disk, 'cache/pixels/v3-squish-24x18'));
    let ballast = '';
    const full = home.openCache(records, {
      workspace: disk,
      limitBytes: 1e9,
      onProgress: () => (ballast ||= fillDisk()),
    });
    await expect(full).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(
        /^The disk became full while decoded pictures were written to /,
      ) as string,
      fix: expect.stringMatching(/Free some disk space/) as string,
    });
    expect(names().filter((name) => name.endsWith('.part'))).toEqual([]);
    rmSync(ballast);

    let decoded = 0;
    const cache = await home.openCache(records, {
      workspace: disk,
      limitBytes: 1e9,
      onProgress: ({ total }) => (decoded = total),
    });
    expect(decoded).toBeGreaterThan(0);
    expect(decoded).toBeLessThanOrEqual(count);
    const into = new Uint8Array(count * slot);
    cache.read(range(count), into);
    for (const i of range(count))
      expect(into.subarray(i * slot, (i + 1) * slot)).toEqual(pattern(size.height, size.width, i));
    expect(names().every((name) => name.endsWith('.pixels'))).toBe(true);
  });
});
