import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkFile } from '../../../src-main/dataset/check-file.ts';
import { decodePicture } from '../../../src-main/preprocess/decode.ts';
import type { PixelSettings } from '../../../src-main/preprocess/pixel-settings.ts';

type Colour = [number, number, number];
const folder = join(import.meta.dirname, '../../fixtures/preprocess/pictures');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<
  string,
  { left: Colour; right: Colour; tolerance: number }
>;
const size = { height: 16, width: 24 };
const settings: PixelSettings = { size, resize: 'squish', padMode: 'zeros' };
const read = (name: string): Buffer => readFileSync(join(folder, name));

/** Colours in the middle of the left and the right half. */
function halves(pixels: Uint8Array): [Colour, Colour] {
  const at = (x: number): Colour => [...pixels.subarray((8 * 24 + x) * 3, (8 * 24 + x) * 3 + 3)] as Colour;
  return [at(5), at(18)];
}

function distance(a: Colour, b: Colour): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

describe('decodePicture, on pictures of uncommon kinds', () => {
  it.each(Object.entries(expected))(
    'gives the colours that %s means',
    async (name, { left, right, tolerance }) => {
      const path = join(folder, name);
      expect(await checkFile(path, statSync(path).size)).toMatchObject({ ok: true, ...size });
      const pixels = await decodePicture(read(name), size, settings, name);
      const [seenLeft, seenRight] = halves(pixels);
      expect({ name, seenLeft, far: distance(seenLeft, left) > tolerance }).toMatchObject({ far: false });
      expect({ name, seenRight, far: distance(seenRight, right) > tolerance }).toMatchObject({ far: false });
    },
  );

  it('reads four inks the same with and without Adobe’s marker, never inverted', async () => {
    const [marked, plain] = await Promise.all(
      ['cmyk-adobe.jpg', 'cmyk-plain.jpg'].map((name) => decodePicture(read(name), size, settings, name)),
    );
    expect(read('cmyk-adobe.jpg').includes('Adobe')).toBe(true);
    expect(read('cmyk-plain.jpg').includes('Adobe')).toBe(false);
    expect(marked).toEqual(plain);
    const [red, yellow] = halves(marked!);
    expect([red[0] > red[1] + 80, yellow[1] > yellow[2] + 80]).toEqual([true, true]);
  });

  it('reads four inks by the profile that they bring', async () => {
    const [left, right]: Colour[] = [
      [200, 60, 50],
      [60, 90, 150],
    ];
    const raw = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) =>
      Math.floor(i / 3) % 24 < 12 ? left![i % 3]! : right![i % 3]!,
    );
    const bytes = await sharp(raw, { raw: { ...size, channels: 3 } })
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true });
    const [seenLeft, seenRight] = halves(await decodePicture(bytes, size, settings, 'inks.jpg'));
    // What Pillow 12 and Little CMS make of this very file, by its profile and the perceptual intent.
    expect(distance(seenLeft, [196, 45, 35])).toBeLessThanOrEqual(2);
    expect(distance(seenRight, [48, 82, 131])).toBeLessThanOrEqual(2);
  });
});

describe('checkFile, on formats that are not read', () => {
  it.each([
    ['a bitmap', read('real.bmp'), 'is bmp, which is not supported; convert it to PNG', 'mogrify'],
    ['HEIC', boxes('heicmif1'), 'is heic, which is not supported; convert it to JPEG', 'heif-convert'],
    ['HEIC under its general brand', boxes('mif1miafheic'), 'is heic', 'heif-convert'],
    ['a video', boxes('isomiso2avc1mp41'), 'is video', 'ffmpeg'],
    ['JPEG XL', Buffer.from([0xff, 0x0a, 1, 2, 3]), 'is jpeg-xl', 'djxl'],
    ['an archive', Buffer.from('PK\x03\x04'), 'is zip', 'unpack'],
  ])('names %s, and how to convert it', async (_, bytes, what, how) => {
    const scratch = mkdtempSync(join(tmpdir(), 'granary-formats-'));
    try {
      const path = join(scratch, 'picture.jpg');
      writeFileSync(path, bytes);
      const check = await checkFile(path, bytes.length);
      expect(check).toMatchObject({ ok: false, code: 'unreadable' });
      expect(check.ok ? '' : check.why).toContain(what);
      expect(check.ok ? '' : check.why).toContain(how);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});

/** The first box of an ISO media file: major brand, a version, compatible brands. */
function boxes(brands: string): Buffer {
  const rest = brands.slice(4);
  const body = Buffer.from(`ftyp${brands.slice(0, 4)}\0\0\0\0${rest}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body, Buffer.alloc(64)]);
}
