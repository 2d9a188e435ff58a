import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import sharp from 'sharp';
import { GranaryError } from '../../shared/errors.ts';
import { MAX_BYTES, MAX_PIXELS } from '../dataset/check-file.ts';
import { formatOfBytes, isReadable, whyUnreadable } from '../dataset/file-format.ts';

/** No picture of any size that is let in takes as long. */
const LONGEST_SECONDS = 30;

/**
 * Reads a picture's bytes, if it lies below `root` also after links were followed and is still the file that was inspected.
 * @param sha256 what it must hash to; null: anything
 * @throws GranaryError DATASET_NOT_FOUND when it is gone, IMAGE_UNREADABLE, IMAGE_TOO_LARGE, DATASET_CHANGED
 */
export async function readConfined(
  root: string,
  path: string,
  sha256: string | null,
): Promise<{ bytes: Buffer; sha256: string }> {
  let real: string;
  try {
    const base = await realpath(root);
    real = await realpath(join(base, path));
    if (!real.startsWith(base.endsWith(sep) ? base : base + sep)) throw new Error('outside');
  } catch {
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `${path} is not in ${root} any more.`,
      'If the folder was moved or its disk is away, put it back, or open the dataset from its new place.',
    );
  }
  const { size } = await stat(real);
  if (size > MAX_BYTES)
    throw new GranaryError('IMAGE_TOO_LARGE', `${path} has ${Math.round(size / 2 ** 20)} MB.`);
  const bytes = await readFile(real);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== null && found !== sha256)
    throw new GranaryError(
      'DATASET_CHANGED',
      `${path} is not the file that was inspected.`,
      'Read the dataset again.',
    );
  return { bytes, sha256: found };
}

/**
 * Reduces a picture for the eye, not for a network: libjpeg's own fast reduction is used. Turned as EXIF says, on white where it
 * is transparent, never enlarged. What can be read of a file that ends early is shown.
 * @param size longest side, in pixels
 * @returns a JPEG
 * @throws GranaryError IMAGE_UNREADABLE
 */
export async function reduceForScreen(bytes: Buffer, size: number, name: string): Promise<Buffer> {
  const format = formatOfBytes(bytes);
  if (!isReadable(format)) throw new GranaryError('IMAGE_UNREADABLE', `${name} ${whyUnreadable(format)}.`);
  try {
    return await sharp(bytes, { failOn: 'none', limitInputPixels: MAX_PIXELS, sequentialRead: true })
      .autoOrient()
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: size > 256 ? 88 : 82 })
      .timeout({ seconds: LONGEST_SECONDS })
      .toBuffer();
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]!.trim();
    throw new GranaryError('IMAGE_UNREADABLE', `${name} cannot be shown: ${why}`, undefined, {
      cause: error,
    });
  }
}
