import { z } from 'zod';
import { GranaryError } from './errors.ts';

/** A picture's size in pixels. Height comes first everywhere, as timm and fastai write it. */
export interface ImageSize {
  height: number;
  width: number;
}

export const imageSizeSchema = z.object({
  height: z.number().int().min(1).max(4096),
  width: z.number().int().min(1).max(4096),
});

/**
 * Reads `S` (a square) or `HxW` (height first; the lesson's 320×240 is 320 high).
 * @throws GranaryError SIZE_INVALID
 */
export function parseImageSize(text: string): ImageSize {
  const match = /^\s*(\d{1,5})(?:\s*[x×]\s*(\d{1,5}))?\s*$/i.exec(text);
  const height = match ? Number(match[1]) : NaN;
  const width = match?.[2] === undefined ? height : Number(match[2]);
  if (!imageSizeSchema.safeParse({ height, width }).success) {
    throw new GranaryError(
      'SIZE_INVALID',
      `"${text}" is not an image size.`,
      'Write one number for a square (128) or HEIGHTxWIDTH (320x240), each from 1 to 4096.',
    );
  }
  return { height, width };
}

/** The inverse of {@link parseImageSize}: `128` for squares, `320x240` otherwise. */
export function formatImageSize(size: ImageSize): string {
  return size.height === size.width ? String(size.height) : `${size.height}x${size.width}`;
}

/** The size that pixels are cached at when nobody says: 1.5 × the training size, as 192 is to the lesson's 128. */
export function defaultPresize(size: ImageSize): ImageSize {
  const side = (pixels: number): number => Math.min(4096, Math.round(pixels * 1.5));
  return { height: side(size.height), width: side(size.width) };
}
