import type { ImageSize } from '../../shared/image-size.ts';
import { placeCentred, scaledSize } from './fit.ts';
import type { PixelSettings } from './pixel-settings.ts';
import { type RawPicture, resample } from './resample.ts';

/**
 * Lays a decoded picture on white, scales it and cuts or pads it.
 * @param picture its size as it is in the file: what was decoded may already be smaller (see `decodeRaw`)
 * @returns RGB bytes of `settings.size`
 */
export function fitPixels(raw: RawPicture, picture: ImageSize, settings: PixelSettings): Uint8Array {
  const scaled = scaledSize(picture, settings.size, settings.resize);
  return placeCentred(resample(raw, scaled), scaled, settings.size, settings.padMode);
}
