import type { ImageSize } from '../../shared/image-size.ts';

/**
 * Enlarges an RGB picture bilinearly, pixel centres where Pillow and PyTorch put them. libvips is not used for this because
 * its enlargements lie half an output pixel off (docs/decisions/050-pixels.md).
 * @param pixels `from.height × from.width × 3` bytes; no axis of `to` is shorter than that of `from`
 * @returns `to.height × to.width × 3` bytes; the same array when the sizes are equal
 */
export function enlarge(pixels: Uint8Array, from: ImageSize, to: ImageSize): Uint8Array {
  if (from.height === to.height && from.width === to.width) return pixels;
  const vertical = taps(from.height, to.height, 1);
  const horizontal = taps(from.width, to.width, 3);
  const out = new Uint8Array(to.height * to.width * 3);
  // Each row of the picture is widened once; an output row lies between two of them.
  let [upper, lower] = [new Float32Array(to.width * 3), new Float32Array(to.width * 3)];
  let [upperRow, lowerRow] = [-1, -1];
  let at = 0;
  for (let y = 0; y < to.height; y++) {
    const [first, second, share] = [vertical.first[y]!, vertical.second[y]!, vertical.share[y]!];
    if (first === lowerRow) [upper, lower, upperRow, lowerRow] = [lower, upper, lowerRow, upperRow];
    if (first !== upperRow) widen(pixels, first * from.width * 3, horizontal, upper);
    if (second !== lowerRow) widen(pixels, second * from.width * 3, horizontal, lower);
    [upperRow, lowerRow] = [first, second];
    for (let i = 0; i < upper.length; i++) {
      // Truncation after adding one half rounds: all values are positive.
      out[at++] = upper[i]! + share * (lower[i]! - upper[i]!) + 0.5;
    }
  }
  return out;
}

/** One row of pixels, from `start` on, interpolated to the output's width. */
function widen(pixels: Uint8Array, start: number, { first, second, share }: Taps, into: Float32Array): void {
  for (let x = 0, at = 0; x < first.length; x++) {
    const [left, right, part] = [start + first[x]!, start + second[x]!, share[x]!];
    into[at++] = pixels[left]! + part * (pixels[right]! - pixels[left]!);
    into[at++] = pixels[left + 1]! + part * (pixels[right + 1]! - pixels[left + 1]!);
    into[at++] = pixels[left + 2]! + part * (pixels[right + 2]! - pixels[left + 2]!);
  }
}

interface Taps {
  first: Int32Array;
  second: Int32Array;
  share: Float32Array;
}

/** For each output place along one axis: offsets of its two neighbours (in steps of `stride`) and the second's share. */
function taps(from: number, to: number, stride: number): Taps {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const below = Math.floor(at);
    first[i] = below * stride;
    second[i] = Math.min(below + 1, from - 1) * stride;
    share[i] = at - below;
  }
  return { first, second, share };
}
