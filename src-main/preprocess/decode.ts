import sharp from 'sharp';
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
  const pixels = await decodeReduced(bytes, reduced, name);
  return placeCentred(enlarge(pixels, reduced, scaled), scaled, settings.size, settings.padMode);
}

async function decodeReduced(bytes: Uint8Array, size: ImageSize, name: string): Promise<Uint8Array> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      // Without `fastShrinkOnLoad` libjpeg's own reduction stops at twice the size wanted, and the filter does the rest.
      .resize({ ...size, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3 || info.width !== size.width || info.height !== size.height) {
      throw new Error(`it decoded to ${info.width} × ${info.height} × ${info.channels}`);
    }
    return data;
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
