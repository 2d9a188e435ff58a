import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeNatively, decodePicture, decodeRaw } from '../../../src-main/preprocess/decode.ts';
import type { PixelSettings } from '../../../src-main/preprocess/pixel-settings.ts';
import { type PlainFormat, plainFormat } from '../../../src-main/preprocess/plain-format.ts';
import type { RawPicture } from '../../../src-main/preprocess/resample.ts';
import { pattern } from './make-pictures.ts';

const size = { height: 61, width: 47 };
const settings: PixelSettings = { size: { height: 32, width: 32 }, resize: 'squish', padMode: 'zeros' };
const picture = ({ height, width } = size): Sharp =>
  sharp(pattern(height, width), { raw: { height, width, channels: 3 } });
const rgba = sharp(
  Uint8Array.from({ length: 61 * 47 * 4 }, (_, i) => (i * 31 + (i >> 7) * 17) % 256),
  { raw: { ...size, channels: 4 } },
);
const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../fixtures/preprocess/pictures', name));

/** RGBA whatever the picture has, so that both decoders' answers can be laid side by side. */
function widened({ pixels, channels, height, width }: RawPicture): Uint8Array {
  if (channels === 4) return Uint8Array.from(pixels);
  return Uint8Array.from({ length: height * width * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : pixels[(i >> 2) * 3 + (i % 4)]!,
  );
}

const plain: [string, () => Promise<Buffer>][] = [
  ['a JPEG with halved colours', () => picture().jpeg({ quality: 83 }).toBuffer()],
  ['a JPEG with whole colours', () => picture().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()],
  ['a progressive JPEG', () => picture().jpeg({ progressive: true }).toBuffer()],
  ['a JPEG by mozjpeg', () => picture().jpeg({ mozjpeg: true, quality: 40 }).toBuffer()],
  ['a grey JPEG', () => picture().greyscale().jpeg().toBuffer()],
  [
    'a JPEG that is not turned',
    () =>
      picture().withMetadata({ orientation: 1 }).withIccProfile('srgb', { attach: false }).jpeg().toBuffer(),
  ],
  ['a JPEG of even sides', () => picture({ height: 48, width: 64 }).jpeg().toBuffer()],
  ['a PNG', () => picture().png().toBuffer()],
  ['a PNG with alpha', () => rgba.clone().png().toBuffer()],
  ['an interlaced PNG with alpha', () => rgba.clone().png({ progressive: true }).toBuffer()],
  ['a PNG with a palette', () => picture().png({ palette: true, colours: 200 }).toBuffer()],
  ...[
    'grey.jpg',
    'progressive.jpg',
    'grey1.png',
    'grey2.png',
    'grey4.png',
    'grey8-one-clear.png',
    'grey-alpha8.png',
    'palette.png',
    'palette1.png',
    'palette-clear.png',
    'rgb8-one-clear.png',
  ].map((name): [string, () => Promise<Buffer>] => [name, () => Promise.resolve(fixture(name))]),
];

describe('decodeNatively', () => {
  it.each(plain)('gives the bytes that libvips gives of %s', async (_, make) => {
    const bytes = await make();
    const { width, height } = await sharp(bytes).metadata();
    const format = plainFormat(bytes);
    expect(format).toMatchObject({ height, width });
    const [seen] = decodeNatively([{ bytes, format: format! }])!;
    const expected = await decodeRaw(bytes, { height, width }, settings, 'it');
    expect(Buffer.compare(widened(seen!), widened(expected))).toBe(0);
  });

  it('decodes eight at once, each as it is alone, and none when one is broken', async () => {
    const files = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const bytes = await picture({ height: 20 + i, width: 31 - i })
          .jpeg({ quality: 60 + i })
          .toBuffer();
        return { bytes, format: plainFormat(bytes)! };
      }),
    );
    const together = decodeNatively(files)!;
    files.forEach((file, i) => expect(decodeNatively([file])![0]).toEqual(together[i]));
    const broken = { ...files[3]!, bytes: files[3]!.bytes.subarray(0, files[3]!.bytes.length / 2) };
    expect(decodeNatively([...files.slice(0, 3), broken])).toBeUndefined();
    const other = { ...files[3]!, format: { ...files[3]!.format, height: 5 } };
    expect(decodeNatively([other])).toBeUndefined();
  });
});

describe('plainFormat', () => {
  it.each<[string, () => Promise<Buffer>]>([
    ['a JPEG that is turned', () => picture().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['a JPEG with a colour profile', () => picture().withIccProfile('p3').jpeg().toBuffer()],
    ['a PNG with a colour profile', () => picture().withIccProfile('p3').png().toBuffer()],
    ['a PNG that is turned', () => picture().withMetadata({ orientation: 3 }).png().toBuffer()],
    ['four inks', () => Promise.resolve(fixture('cmyk-adobe.jpg'))],
    ['16 bits', () => Promise.resolve(fixture('rgb16.png'))],
    ['16 bits with alpha', () => Promise.resolve(fixture('rgba16.png'))],
    ['WebP', () => picture().webp().toBuffer()],
    ['TIFF', () => Promise.resolve(fixture('rgb16.tif'))],
    ['nothing', () => Promise.resolve(Buffer.alloc(0))],
    ['a JPEG’s first bytes', () => Promise.resolve(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 1]))],
    ['a PNG’s first bytes', () => Promise.resolve(Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'))],
  ])('leaves %s to libvips', async (_, make) => {
    expect(plainFormat(await make())).toBeNull();
  });

  it('ends on any bytes', async () => {
    const files = await Promise.all([picture().jpeg().toBuffer(), rgba.clone().png().toBuffer()]);
    for (const file of files)
      for (let i = 0; i < 400; i++) {
        const bytes = Buffer.from(file);
        for (let k = 0; k < 3; k++)
          bytes[(i * 7 + k * 131) % Math.min(file.length, 600)] = (i * 37 + k * 91) % 256;
        const format: PlainFormat | null = plainFormat(bytes);
        expect(format === null || format.kind === 'jpeg' || format.kind === 'png').toBe(true);
      }
  });
});

describe('decodePicture, on files that end early', () => {
  it.each(['jpeg', 'png'] as const)('takes what libvips takes of a cut %s, and no more', async (kind) => {
    const bytes = await picture()[kind]().toBuffer();
    const outcomes: boolean[] = [];
    for (const cut of [1, 2, 3, 10, 40, 200, 600]) {
      const part = bytes.subarray(0, bytes.length - cut);
      const taken = (promise: Promise<unknown>): Promise<boolean> =>
        promise.then(
          () => true,
          () => false,
        );
      const ours = await taken(decodePicture(part, size, settings, 'cut'));
      expect({ cut, taken: ours }).toEqual({
        cut,
        taken: await taken(decodeRaw(part, size, settings, 'cut')),
      });
      outcomes.push(ours);
    }
    expect(outcomes.at(-1)).toBe(false);
  });
});
