import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageSize } from '../../../shared/image-size.ts';
import { decodePicture } from '../../../src-main/preprocess/decode.ts';
import type { PixelSettings } from '../../../src-main/preprocess/pixel-settings.ts';
import { pattern } from './make-pictures.ts';

function settings(height: number, width: number, more: Partial<PixelSettings> = {}): PixelSettings {
  return { size: { height, width }, resize: 'squish', padMode: 'zeros', ...more };
}

const fromRaw = (pixels: Uint8Array, { height, width }: ImageSize, channels: 1 | 2 | 3 | 4 = 3) =>
  sharp(pixels, { raw: { width, height, channels } });

/** One colour all over, as RGB. */
function expectColour(pixels: Uint8Array, colour: [number, number, number], tolerance: number): void {
  for (let i = 0; i < pixels.length; i++) {
    expect(Math.abs(pixels[i]! - colour[i % 3]!)).toBeLessThanOrEqual(tolerance);
  }
}

/** Pillow's BILINEAR along one axis, in floating point: a triangle as wide as the reduction, cut at the border. */
function pillowAxis(from: number, to: number): { start: number; weights: number[] }[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const raw = Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((start + k + 0.5 - centre) / support)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { start, weights: raw.map((w) => w / sum) };
  });
}

function pillow(pixels: Uint8Array, from: ImageSize, to: ImageSize): Float64Array {
  const [rows, columns] = [pillowAxis(from.height, to.height), pillowAxis(from.width, to.width)];
  const out = new Float64Array(to.height * to.width * 3);
  rows.forEach((row, y) =>
    columns.forEach((column, x) => {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        row.weights.forEach((wy, dy) =>
          column.weights.forEach((wx, dx) => {
            sum += wy * wx * pixels[((row.start + dy) * from.width + column.start + dx) * 3 + c]!;
          }),
        );
        out[(y * to.width + x) * 3 + c] = sum;
      }
    }),
  );
  return out;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

describe('decodePicture', () => {
  const size = { height: 30, width: 20 };

  it('gives the pixels themselves when nothing has to change', async () => {
    const pixels = pattern(30, 20);
    const png = await fromRaw(pixels, size).png().toBuffer();
    expect(new Uint8Array(await decodePicture(png, size, settings(30, 20), 'a.png'))).toEqual(pixels);
  });

  it.each([
    ['reduced', 40, 60, 13, 24, 0.6],
    // libvips averages whole blocks before it filters; on this harsh pattern that shows.
    ['reduced much', 200, 120, 16, 16, 2.5],
    ['enlarged', 10, 12, 31, 40, 0.5],
    ['enlarged one way, reduced the other', 50, 12, 20, 40, 0.6],
  ])("is Pillow's bilinear filter when %s", async (_, h, w, height, width, tolerance) => {
    const pixels = pattern(h, w);
    const png = await fromRaw(pixels, { height: h, width: w }).png().toBuffer();
    const out = await decodePicture(png, { height: h, width: w }, settings(height, width), 'a.png');
    expect(meanDifference(out, pillow(pixels, { height: h, width: w }, { height, width }))).toBeLessThan(
      tolerance,
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns the picture as EXIF orientation %i says', async (orientation) => {
    // Four quarters of different colours show any turn or mirror.
    const colours = [
      [250, 10, 10],
      [10, 250, 10],
      [10, 10, 250],
      [240, 240, 10],
    ];
    const [h, w] = [40, 64];
    const pixels = Uint8Array.from({ length: h * w * 3 }, (_, i) => {
      const [y, x] = [Math.floor(i / 3 / w), Math.floor(i / 3) % w];
      return colours[(y < h / 2 ? 0 : 2) + (x < w / 2 ? 0 : 1)]![i % 3]!;
    });
    const jpeg = await fromRaw(pixels, { height: h, width: w })
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const turned = orientation >= 5;
    const seen = turned ? { height: w, width: h } : { height: h, width: w };
    const out = await decodePicture(jpeg, seen, settings(seen.height, seen.width), 'a.jpg');
    // Which stored quarter (0 1 / 2 3) is seen at the top left, top right, bottom left, bottom right: EXIF 2.3, tag 0x0112.
    const places = [
      [0, 1, 2, 3],
      [1, 0, 3, 2],
      [3, 2, 1, 0],
      [2, 3, 0, 1],
      [0, 2, 1, 3],
      [2, 0, 3, 1],
      [3, 1, 2, 0],
      [1, 3, 0, 2],
    ][orientation - 1]!;
    places.forEach((quarter, i) => {
      const y = Math.floor(seen.height * (i < 2 ? 0.25 : 0.75));
      const x = Math.floor(seen.width * (i % 2 === 0 ? 0.25 : 0.75));
      const at = (y * seen.width + x) * 3;
      expectColour(out.subarray(at, at + 3), colours[quarter] as [number, number, number], 6);
    });
  });

  it('lays alpha on white, before it is scaled', async () => {
    const clear = Uint8Array.from({ length: 30 * 20 * 4 }, (_, i) => [200, 0, 0, 0][i % 4]!);
    const png = await fromRaw(clear, size, 4).png().toBuffer();
    expectColour(await decodePicture(png, size, settings(8, 8), 'a.png'), [255, 255, 255], 0);
    const half = Uint8Array.from({ length: 30 * 20 * 4 }, (_, i) => [200, 0, 0, 128][i % 4]!);
    const halfPng = await fromRaw(half, size, 4).png().toBuffer();
    expectColour(await decodePicture(halfPng, size, settings(8, 8), 'a.png'), [227, 127, 127], 1);
    const padded = await decodePicture(png, size, settings(20, 20, { resize: 'pad' }), 'a');
    expectColour(padded.subarray(0, 3), [0, 0, 0], 0);
  });

  it('widens greyscale, with and without alpha, and brings 16 bits to 8', async () => {
    const grey = await fromRaw(new Uint8Array(600).fill(90), size, 1).toColourspace('b-w').png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expectColour(await decodePicture(grey, size, settings(9, 9), 'a.png'), [90, 90, 90], 0);
    const both = Uint8Array.from({ length: 1200 }, (_, i) => [90, 0][i % 2]!);
    const alpha = await fromRaw(both, size, 2).png().toBuffer();
    expectColour(await decodePicture(alpha, size, settings(9, 9), 'a.png'), [255, 255, 255], 0);
    const deep = await fromRaw(
      Uint8Array.from({ length: 1800 }, (_, i) => [200, 100, 50][i % 3]!),
      size,
    )
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expectColour(await decodePicture(deep, size, settings(9, 9), 'a.png'), [200, 100, 50], 1);
    const deepGrey = await fromRaw(new Uint8Array(600).fill(90), size, 1)
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect(await sharp(deepGrey).metadata()).toMatchObject({ depth: 'ushort', channels: 1 });
    expectColour(await decodePicture(deepGrey, size, settings(9, 9), 'a.png'), [90, 90, 90], 1);
  });

  it('reads palettes, CMYK and colour profiles as the colours they mean', async () => {
    const red = fromRaw(
      Uint8Array.from({ length: 1800 }, (_, i) => [200, 40, 40][i % 3]!),
      size,
    );
    const palette = await red.clone().png({ palette: true }).toBuffer();
    expectColour(await decodePicture(palette, size, settings(9, 9), 'a.png'), [200, 40, 40], 1);
    const cmyk = await red
      .clone()
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expectColour(await decodePicture(cmyk, size, settings(9, 9), 'a.jpg'), [200, 40, 40], 12);
    const wide = await red.clone().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs(stored[0]! - 200)).toBeGreaterThan(8);
    expectColour(await decodePicture(wide, size, settings(9, 9), 'a.png'), [200, 40, 40], 2);
  });

  it('crops the middle: the long side loses both ends equally', async () => {
    const [h, w] = [20, 40];
    const ramp = Uint8Array.from({ length: h * w * 3 }, (_, i) => (Math.floor(i / 3) % w) * 6);
    const png = await fromRaw(ramp, { height: h, width: w }).png().toBuffer();
    const out = await decodePicture(
      png,
      { height: h, width: w },
      settings(20, 20, { resize: 'crop' }),
      'a.png',
    );
    expect([out[0], out[19 * 3]]).toEqual([60, 174]);
  });

  it('pads both ends with black, the border or a reflection', async () => {
    const [h, w] = [8, 4];
    const ramp = Uint8Array.from({ length: h * w * 3 }, (_, i) => 10 + (Math.floor(i / 3) % w) * 20);
    const png = await fromRaw(ramp, { height: h, width: w }).png().toBuffer();
    const row = async (padMode: 'zeros' | 'border' | 'reflection'): Promise<number[]> => {
      const out = await decodePicture(
        png,
        { height: h, width: w },
        settings(8, 8, { resize: 'pad', padMode }),
        'a',
      );
      return Array.from({ length: 8 }, (_, x) => out[x * 3]!);
    };
    expect(await row('zeros')).toEqual([0, 0, 10, 30, 50, 70, 0, 0]);
    expect(await row('border')).toEqual([10, 10, 10, 30, 50, 70, 70, 70]);
    expect(await row('reflection')).toEqual([50, 30, 10, 30, 50, 70, 50, 30]);
  });

  it('reflects again and again when the padding is wider than the picture', async () => {
    const png = await fromRaw(Uint8Array.from([10, 10, 10, 90, 90, 90]), { height: 1, width: 2 })
      .png()
      .toBuffer();
    const out = await decodePicture(
      png,
      { height: 1, width: 2 },
      settings(9, 2, { resize: 'pad', padMode: 'reflection' }),
      'a',
    );
    expect(out.length).toBe(54);
    for (let y = 0; y < 9; y++) expect([out[y * 6], out[y * 6 + 3]]).toEqual([10, 90]);
  });

  it.each(['squish', 'crop', 'pad'] as const)('takes height first and any aspect with %s', async (resize) => {
    for (const [h, w] of [
      [1, 300],
      [300, 1],
      [7, 5],
      [333, 77],
    ] as const) {
      const png = await fromRaw(pattern(h, w), { height: h, width: w }).png().toBuffer();
      const out = await decodePicture(png, { height: h, width: w }, settings(32, 24, { resize }), 'a.png');
      expect(out.length).toBe(32 * 24 * 3);
    }
  });

  it('says which picture cannot be decoded, and that it was cut short', async () => {
    const jpeg = await fromRaw(pattern(200, 200), { height: 200, width: 200 }).jpeg().toBuffer();
    const seen = { height: 200, width: 200 };
    for (const bytes of [Buffer.from('no picture'), Buffer.alloc(0), jpeg.subarray(0, jpeg.length / 2)]) {
      await expect(decodePicture(bytes, seen, settings(32, 32), 'leaves/7.jpg')).rejects.toMatchObject({
        code: 'IMAGE_UNREADABLE',
        message: expect.stringContaining('leaves/7.jpg'),
      });
    }
  });

  it('refuses decompression bombs before it unpacks them', async () => {
    const bomb = await sharp({ create: { width: 13_000, height: 12_000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    const started = process.memoryUsage().rss;
    await expect(
      decodePicture(bomb, { height: 12_000, width: 13_000 }, settings(32, 32), 'bomb.png'),
    ).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    expect(process.memoryUsage().rss - started).toBeLessThan(200e6);
  });
});
