import { parentPort } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { fitPixels } from './fit-pixels.ts';
import type { FitAnswer, FitRequest } from './fit-pool.ts';

/** Scales pictures while the main thread is inside TensorFlow. Pixels are moved in and out, not copied. */
parentPort!.on('message', ({ raw, picture, settings }: FitRequest) => {
  const pixels = fitPixels(raw, picture, settings);
  parentPort!.postMessage({ pixels, checksum: crc32(pixels) } satisfies FitAnswer, [
    pixels.buffer as ArrayBuffer,
  ]);
});
