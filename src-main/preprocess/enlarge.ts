import type { ImageSize } from '../../shared/image-size.ts';

/**
 * Enlarges an RGB picture bilinearly, pixel centres where Pillow and PyTorch put them. libvips is not used for this because
 * its enlargements lie half an output pixel off (docs/decisions/050-pixels.md).
 * @param pixels `from.height × from.width × 3` bytes; no axis of `to` is shorter than that of `from`
 * @returns `to.height × to.width × 3` bytes; the same array when the sizes are equal
 */
export function enlarge(pixels: Uint8Array, from: ImageSize, to: ImageSize): Uint8Array {
  if (from.height === to.height && from.width === to.width) return pixels;
  const vertical = taps(from.height, to.height, from.width * 3);
  const horizontal = taps(from.width, to.width, 3);
  const out = new Uint8Array(to.height * to.width * 3);
  const line = new Float32Array(from.width * 3);
  let at = 0;
  for (let y = 0; y < to.height; y++) {
    const [first, second, share] = [vertical.first[y]!, vertical.second[y]!, vertical.share[y]!];
    for (let i = 0; i < line.length; i++) {
      line[i] = pixels[first + i]! + share * (pixels[second + i]! - pixels[first + i]!);
    }
    for (let x = 0; x < to.width; x++) {
      const left = horizontal.first[x]!;
      const right = horizontal.second[x]!;
      const part = horizontal.share[x]!;
      // Truncation after adding one half rounds: all values are positive.
      out[at++] = line[left]! + part * (line[right]! - line[left]!) + 0.5;
      out[at++] = line[left + 1]! + part * (line[right + 1]! - line[left + 1]!) + 0.5;
      out[at++] = line[left + 2]! + part * (line[right + 2]! - line[left + 2]!) + 0.5;
    }
  }
  return out;
}

/** For each output place along one axis: offsets of its two neighbours (in steps of `stride`) and the second's share. */
function taps(from: number, to: number, stride: number) {
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
