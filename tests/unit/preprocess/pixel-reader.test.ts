import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STATE, pending, ready } from '../../../src-main/preprocess/reader-protocol.ts';
import { CacheHome, range, slot } from './cache-home.ts';
import { pattern, writePictures } from './make-pictures.ts';

const home = new CacheHome();

describe('PixelCache.prefetch and take', () => {
  it('reads while this thread is blocked', async () => {
    const records = await writePictures(home.root, [1, 2, 3]);
    const cache = await home.openCache(records);
    const ticket = cache.prefetch([2, 1]);
    // Only the first seconds of a wait that nobody ends: the event loop stands still, as inside a native call.
    const header = new Int32Array(ticket.buffer, 0, 16);
    const started = performance.now();
    while (Atomics.load(header, STATE) === pending && performance.now() - started < 10_000);
    expect(Atomics.load(header, STATE)).toBe(ready);
    const pixels = cache.take(ticket);
    expect(pixels.subarray(0, slot)).toEqual(pattern(24, 18, 3));
    expect(pixels.subarray(slot)).toEqual(pattern(24, 18, 2));
  });

  it('keeps a batch untouched until the next take but one, over batches of any size', async () => {
    const records = await writePictures(home.root, range(12));
    const cache = await home.openCache(records);
    const batches = Array.from({ length: 40 }, (_, b) =>
      Array.from({ length: 1 + ((b * 5) % 7) }, (_, i) => (b * 3 + i) % 12),
    );
    const right = (pixels: Uint8Array, batch: number[]): void => {
      expect(pixels.length).toBe(batch.length * slot);
      expect(pixels.byteOffset % 64).toBe(0);
      batch.forEach((seed, i) =>
        expect(pixels.subarray(i * slot, (i + 1) * slot)).toEqual(pattern(24, 18, seed)),
      );
    };
    const buffers = new Set<ArrayBufferLike>();
    let ticket = cache.prefetch(batches[0]!);
    let previous: Uint8Array | undefined;
    batches.forEach((batch, b) => {
      const pixels = cache.take(ticket);
      if (b + 1 < batches.length) ticket = cache.prefetch(batches[b + 1]!);
      right(pixels, batch);
      if (previous !== undefined) right(previous, batches[b - 1]!);
      previous = pixels;
      buffers.add(pixels.buffer);
    });
    // Buffers are used again: as many as are in flight, and some grown ones.
    expect(buffers.size).toBeLessThan(16);
  });

  it('survives a reader thread that dies', async () => {
    const records = await writePictures(home.root, [1]);
    const broken = join(home.built, 'broken.cjs');
    writeFileSync(
      broken,
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', ({ buffer }) => { const h = new Int32Array(buffer, 0, 16); Atomics.store(h, 0, 3); Atomics.notify(h, 0); throw new Error('dead'); });`,
    );
    const cache = await home.openCache(records, { readerThread: broken });
    expect(cache.take(cache.prefetch([0]))).toEqual(pattern(24, 18, 1));
  });
});
