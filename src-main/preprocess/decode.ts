import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import { MAX_PIXELS } from '../dataset/check-file.ts';
import { fitPixels } from './fit-pixels.ts';
import type { RawPicture } from './resample.ts';
import { scaledSize } from './fit.ts';
import { decodePlain } from './native-decoder.ts';
import type { PixelSettings } from './pixel-settings.ts';
import { type PlainFormat, plainFormat } from './plain-format.ts';

/** Larger pictures are reduced by libvips while they are decoded, row by row, so that memory stays bounded. */
const WHOLE_PIXELS = 4e6;

/**
 * Decodes one picture to RGB bytes of `settings.size`: turned as its EXIF orientation says, alpha laid on white, greyscale
 * widened, colours brought to sRGB, 16 bits brought to 8. Reductions average over the area that a pixel covers (a triangle
 * filter as wide as the reduction: Pillow's BILINEAR, which fastai and timm use), enlargements are bilinear.
 * @param bytes the file's content
 * @param picture its size as it is seen, after orientation
 * @param name what to call the picture in an error
 * @throws GranaryError IMAGE_TOO_LARGE, IMAGE_UNREADABLE
 */
export async function decodePicture(
  bytes: Uint8Array,
  picture: ImageSize,
  settings: PixelSettings,
  name: string,
): Promise<Uint8Array> {
  const format = nativeFormat(bytes, picture);
  const raw = format === null ? undefined : decodeNatively([{ bytes, format }])?.[0];
  return fitPixels(raw ?? (await decodeRaw(bytes, picture, settings, name)), picture, settings);
}

/** The header of a picture that `decodeNatively` takes; null: it is one for `decodeRaw`. */
export function nativeFormat(bytes: Uint8Array, { height, width }: ImageSize): PlainFormat | null {
  if (height * width > WHOLE_PIXELS) return null;
  const format = plainFormat(bytes);
  return format?.height === height && format.width === width ? format : null;
}

/**
 * Decodes several pictures of one kind and number of channels side by side, at their own size. It blocks this thread.
 * @returns undefined when one of them cannot be decoded: `decodeRaw` then finds which, and says why
 */
export function decodeNatively(
  files: readonly { bytes: Uint8Array; format: PlainFormat }[],
): RawPicture[] | undefined {
  try {
    return decodePlain(files).map((pixels, i) => ({ ...files[i]!.format, pixels }));
  } catch {
    return undefined;
  }
}

/**
 * Decodes any picture, by libvips in threads of libuv's pool: at its own size, or, if it is large, no larger than it is wanted.
 * @throws GranaryError IMAGE_TOO_LARGE, IMAGE_UNREADABLE
 */
export function decodeRaw(
  bytes: Uint8Array,
  picture: ImageSize,
  settings: PixelSettings,
  name: string,
): Promise<RawPicture> {
  const { height, width } = picture;
  const scaled = scaledSize(picture, settings.size, settings.resize);
  const reduced = { height: Math.min(scaled.height, height), width: Math.min(scaled.width, width) };
  const whole = height * width <= WHOLE_PIXELS || (reduced.height === height && reduced.width === width);
  return decodeOrExplain(name, () => (whole ? decodeWhole(bytes, picture) : decodeReduced(bytes, reduced)));
}

/** At the picture's own size. libvips's resize and flatten cost a millisecond and a half whatever the size, so they stay out. */
async function decodeWhole(bytes: Uint8Array, size: ImageSize): Promise<RawPicture> {
  const { data, info } = await opened(bytes)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 4) return decodeReduced(bytes, size);
  checkSize(info, size);
  return { ...size, channels: info.channels, pixels: data };
}

async function decodeReduced(bytes: Uint8Array, size: ImageSize): Promise<RawPicture> {
  const { data, info } = await opened(bytes)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    // Without `fastShrinkOnLoad` libjpeg's own reduction stops at twice the size wanted, and the filter does the rest.
    .resize({ ...size, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  checkSize(info, size);
  if (info.channels !== 3) throw new Error(`it decoded to ${info.channels} channels`);
  return { ...size, channels: 3, pixels: data };
}

function opened(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_PIXELS }).autoOrient();
}

function checkSize(info: OutputInfo, size: ImageSize): void {
  if (info.width !== size.width || info.height !== size.height) {
    throw new Error(`it decoded to ${info.width} × ${info.height}`);
  }
}

/** Turns what the decoder throws into an error that names the picture. */
async function decodeOrExplain<T>(name: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]!;
    if (/pixel limit/i.test(why)) {
      throw new GranaryError(
        'IMAGE_TOO_LARGE',
        `${name} has more than ${MAX_PIXELS / 1e6} million pixels.`,
        'Make the picture smaller, or take it out of the dataset.',
        { cause: error },
      );
    }
    throw new GranaryError(
      'IMAGE_UNREADABLE',
      `${name} cannot be decoded: ${why}`,
      'Replace the file or take it out of the dataset, then inspect the dataset again.',
      { cause: error },
    );
  }
}
