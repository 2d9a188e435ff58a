import type { ImageSize } from '../../shared/image-size.ts';
import type { PadMode, ResizeMethod } from '../../shared/records/run-config.ts';

/**
 * The size that a picture is scaled to before it is cut or padded to `size`. Squish gives `size` itself and changes the
 * aspect ratio; crop covers `size`, pad fits inside it, both keeping the ratio as near as whole pixels allow.
 */
export function scaledSize(picture: ImageSize, size: ImageSize, resize: ResizeMethod): ImageSize {
  if (resize === 'squish') return size;
  const [down, across] = [size.height / picture.height, size.width / picture.width];
  const scale = resize === 'crop' ? Math.max(down, across) : Math.min(down, across);
  const axis = (length: number, target: number): number =>
    resize === 'crop'
      ? Math.max(target, Math.round(length * scale))
      : Math.max(1, Math.min(target, Math.round(length * scale)));
  return { height: axis(picture.height, size.height), width: axis(picture.width, size.width) };
}

/**
 * Puts an RGB picture in the middle of a canvas of another size: what is larger is cut, what is smaller is padded. Zeros are
 * black, border repeats the outermost pixel, reflection mirrors without repeating it (as PyTorch's and fastai's do).
 * @param pixels `from.height × from.width × 3` bytes
 * @returns `to.height × to.width × 3` bytes; the same array when there is nothing to do
 */
export function placeCentred(
  pixels: Uint8Array,
  from: ImageSize,
  to: ImageSize,
  padMode: PadMode,
): Uint8Array {
  if (from.height === to.height && from.width === to.width) return pixels;
  const rows = sourceIndices(from.height, to.height, padMode);
  const columns = sourceIndices(from.width, to.width, padMode);
  const canvas = new Uint8Array(to.height * to.width * 3);
  for (let y = 0; y < to.height; y++) {
    const row = rows[y]!;
    if (row < 0) continue;
    for (let x = 0; x < to.width; x++) {
      const column = columns[x]!;
      if (column < 0) continue;
      const source = (row * from.width + column) * 3;
      const target = (y * to.width + x) * 3;
      canvas[target] = pixels[source]!;
      canvas[target + 1] = pixels[source + 1]!;
      canvas[target + 2] = pixels[source + 2]!;
    }
  }
  return canvas;
}

/** For each place along one axis of the canvas, the place in the picture it shows; −1 for black. */
function sourceIndices(from: number, to: number, padMode: PadMode): Int32Array {
  const start = Math.floor((from - to) / 2);
  return Int32Array.from({ length: to }, (_, i) => {
    const at = start + i;
    if (at >= 0 && at < from) return at;
    if (padMode === 'zeros') return -1;
    if (padMode === 'border' || from === 1) return Math.min(Math.max(at, 0), from - 1);
    const period = 2 * (from - 1);
    const folded = ((at % period) + period) % period;
    return folded < from ? folded : period - folded;
  });
}
