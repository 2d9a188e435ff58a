import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitPixels } from '../../../src-main/preprocess/fit-pixels.ts';
import { FitPool } from '../../../src-main/preprocess/fit-pool.ts';
import type { PixelSettings } from '../../../src-main/preprocess/pixel-settings.ts';
import type { RawPicture } from '../../../src-main/preprocess/resample.ts';
import { buildThread, pattern, temporaryFolder } from './make-pictures.ts';

const built = temporaryFolder();
const settings: PixelSettings = { size: { height: 16, width: 20 }, resize: 'pad', padMode: 'reflection' };
let thread = '';
beforeAll(async () => {
  thread = await buildThread('fit-thread', built);
});
afterAll(() => rmSync(built, { recursive: true }));

const raw = (seed: number): RawPicture => {
  const size = { height: 30 + seed, width: 50 - seed };
  return { ...size, channels: 3, pixels: pattern(size.height, size.width, seed) };
};

describe('FitPool', () => {
  it.each([
    ['in threads', 1000],
    ['in this thread when they are few', 5],
  ])('scales pictures %s, each answer the one asked for', async (_, pictures) => {
    const pool = new FitPool(pictures, thread);
    try {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (__, i) => pool.fit(raw(i), raw(i), settings)),
      );
      answers.forEach(({ pixels, checksum }, i) => {
        expect(Buffer.compare(pixels, fitPixels(raw(i), raw(i), settings))).toBe(0);
        expect(checksum).toBe(crc32(pixels));
      });
    } finally {
      pool.close();
    }
  });

  it('takes libvips’s buffers too, and leaves them as they are', async () => {
    const pool = new FitPool(1000, thread);
    try {
      const picture = { ...raw(1), pixels: Buffer.from(raw(1).pixels) };
      const { pixels } = await pool.fit(picture, picture, settings);
      expect(Buffer.compare(pixels, fitPixels(raw(1), raw(1), settings))).toBe(0);
      expect(Buffer.compare(picture.pixels, raw(1).pixels)).toBe(0);
    } finally {
      pool.close();
    }
  });

  it('fails, now and later, when a thread dies', async () => {
    const broken = join(built, 'broken.cjs');
    writeFileSync(
      broken,
      `require('node:worker_threads').parentPort.on('message', () => { throw new Error('dead'); });`,
    );
    const pool = new FitPool(1000, broken);
    try {
      await expect(pool.fit(raw(1), raw(1), settings)).rejects.toThrow('dead');
      await expect(pool.fit(raw(2), raw(2), settings)).rejects.toThrow('dead');
    } finally {
      pool.close();
    }
  });
});
