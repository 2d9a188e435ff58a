import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { resample } from '../../../src-main/preprocess/resample.ts';

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/preprocess/pillow-resize.json'), 'utf8'),
) as { size: [number, number, number, number]; crc32: number }[];

/** As `make_pillow_resize.py` draws it. */
function noise(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

describe('resample', () => {
  it.each(cases)(
    'gives Pillow’s bytes for height, width to height, width $size',
    ({ size, crc32: expected }) => {
      const [height, width, toHeight, toWidth] = size;
      const picture = { height, width, channels: 3 as const, pixels: noise(height * width * 3) };
      const out = resample(picture, { height: toHeight, width: toWidth });
      expect(out.length).toBe(toHeight * toWidth * 3);
      expect(crc32(out)).toBe(expected);
    },
  );

  it('keeps one colour as it is, black and white too, at any size', () => {
    for (const value of [0, 1, 127, 254, 255])
      for (const [height, width] of [
        [3, 5],
        [64, 48],
        [201, 77],
      ] as const) {
        const pixels = new Uint8Array(height * width * 3).fill(value);
        const out = resample({ height, width, channels: 3, pixels }, { height: 31, width: 30 });
        expect(out.every((byte) => byte === value)).toBe(true);
      }
  });

  it('lays alpha on white before it scales, each value rounded down', () => {
    // Every colour at every alpha, a few of them left over after the last four.
    const [height, width] = [257, 257];
    const pixels = new Uint8Array(height * width * 4);
    const flat = new Uint8Array(height * width * 3);
    for (let i = 0; i < height * width; i++) {
      const [alpha, colour] = [Math.floor(i / width) % 256, i % width];
      for (let c = 0; c < 3; c++) {
        const value = (colour + c * 85) % 256;
        pixels[i * 4 + c] = value;
        flat[i * 3 + c] = Math.floor((value * alpha + 255 * (255 - alpha)) / 255);
      }
      pixels[i * 4 + 3] = alpha;
    }
    const same = resample({ height, width, channels: 4, pixels }, { height, width });
    expect(Buffer.compare(same, flat)).toBe(0);
    const to = { height: 100, width: 300 };
    const scaled = resample({ height, width, channels: 4, pixels }, to);
    expect(Buffer.compare(scaled, resample({ height, width, channels: 3, pixels: flat }, to))).toBe(0);
  });

  it('leaves nothing of one picture in the next, larger or smaller', () => {
    const small = { height: 9, width: 7, channels: 3 as const, pixels: noise(189) };
    const alone = resample(small, { height: 5, width: 4 });
    const large = {
      height: 700,
      width: 900,
      channels: 3 as const,
      pixels: new Uint8Array(1_890_000).fill(255),
    };
    expect(resample(large, { height: 20, width: 20 }).every((byte) => byte === 255)).toBe(true);
    expect(resample(small, { height: 5, width: 4 })).toEqual(alone);
  });
});
