import { type ImageSize, formatImageSize } from '../../shared/image-size.ts';
import type { PadMode, ResizeMethod } from '../../shared/records/run-config.ts';

/** Raised whenever the same picture and settings would give other pixels, so that old caches are not read. */
const DECODER_VERSION = 3;

/** All that decides a cached picture's pixels, apart from its file. */
export interface PixelSettings {
  size: ImageSize;
  resize: ResizeMethod;
  /** Only read when `resize` is pad. */
  padMode: PadMode;
}

/** Bytes of one cached picture: RGB, one byte each, rows from the top. */
export function slotBytes({ size }: PixelSettings): number {
  return size.height * size.width * 3;
}

/** Name of the folder that holds pictures of these settings. */
export function settingsKey({ size, resize, padMode }: PixelSettings): string {
  const method = resize === 'pad' ? `pad-${padMode}` : resize;
  return `v${DECODER_VERSION}-${method}-${formatImageSize(size)}`;
}
