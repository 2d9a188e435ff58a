import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import { MAX_PIXELS } from '../dataset/check-file.ts';
import { enlarge } from './enlarge.ts';
import { placeCentred, scaledSize } from './fit.ts';
import type { PixelSettings } from './pixel-settings.ts';

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
  const scaled = scaledSize(picture, settings.size, settings.resize);
  const reduced: ImageSize = {
    height: Math.min(scaled.height, picture.height),
    width: Math.min(scaled.width, picture.width),
  };
  const whole = reduced.height === picture.height && reduced.width === picture.width;
  const pixels = await decodeOrExplain(name, () =>
    whole ? decodeWhole(bytes, picture) : decodeReduced(bytes, reduced),
  );
  return placeCentred(enlarge(pixels, reduced, scaled), scaled, settings.size, settings.padMode);
}

/** At the picture's own size. libvips's resize and flatten cost a millisecond and a half whatever the size, so they stay out. */
async function decodeWhole(bytes: Uint8Array, size: ImageSize): Promise<Uint8Array> {
  const { data, info } = await opened(bytes)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 4) return decodeReduced(bytes, size);
  checkSize(info, size);
  return info.channels === 4 ? layOnWhite(data) : data;
}

async function decodeReduced(bytes: Uint8Array, size: ImageSize): Promise<Uint8Array> {
  const { data, info } = await opened(bytes)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    // Without `fastShrinkOnLoad` libjpeg's own reduction stops at twice the size wanted, and the filter does the rest.
    .resize({ ...size, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  checkSize(info, size);
  if (info.channels !== 3) throw new Error(`it decoded to ${info.channels} channels`);
  return data;
}

function opened(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_PIXELS }).autoOrient();
}

function checkSize(info: OutputInfo, size: ImageSize): void {
  if (info.width !== size.width || info.height !== size.height) {
    throw new Error(`it decoded to ${info.width} × ${info.height}`);
  }
}

/** RGBA over white, as libvips's flatten rounds it. */
function layOnWhite(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array((pixels.length / 4) * 3);
  for (let i = 0, j = 0; i < pixels.length; i += 4, j += 3) {
    const alpha = pixels[i + 3]!;
    const white = (255 - alpha) * 255;
    // An assignment to bytes truncates.
    out[j] = (pixels[i]! * alpha + white) / 255;
    out[j + 1] = (pixels[i + 1]! * alpha + white) / 255;
    out[j + 2] = (pixels[i + 2]! * alpha + white) / 255;
  }
  return out;
}

/** Turns what the decoder throws into an error that names the picture. */
async function decodeOrExplain(name: string, decode: () => Promise<Uint8Array>): Promise<Uint8Array> {
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
