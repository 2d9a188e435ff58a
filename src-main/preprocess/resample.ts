import type { ImageSize } from '../../shared/image-size.ts';
import {
  LOW_BITS,
  ROW_GROUP,
  UNROLLED_PAIRS,
  VECTOR_BYTES,
  WEIGHT_BITS,
  resampleModule,
} from './resample-kernel.ts';

// TypeScript knows WebAssembly only as a part of the browser.
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer; grow(pages: number): number };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
};

const PAGE_BYTES = 65_536;
const RGB = 3;

interface Kernels {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  /** By the number of pairs; 0: any. */
  horizontal: ((
    source: number,
    target: number,
    groups: number,
    sourceStride: number,
    targetStride: number,
    width: number,
    pairs: number,
    table: number,
  ) => void)[];
  vertical(
    source: number,
    target: number,
    rows: number,
    sourceStride: number,
    rowBytes: number,
    pairs: number,
    table: number,
  ): void;
  flatten(source: number, target: number, fours: number): void;
}

/** For each output place along one axis its first input place and its weights, as the kernels read them. */
interface Axis {
  pairs: number;
  bytes: Uint8Array;
}

/** A decoded picture, not yet scaled: rows of RGB or RGBA bytes. */
export interface RawPicture extends ImageSize {
  pixels: Uint8Array;
  channels: 3 | 4;
}

let loaded: Kernels | undefined;

/**
 * Lays a picture on white, where it has alpha, and scales it as Pillow's `resize(…, BILINEAR)` does, to the last bit: a triangle as
 * wide as the reduction, or the two nearest pixels where an axis grows; whole-number weights of 22 bits, first along the rows, rounded
 * to bytes, then along the columns. (Pillow 13 goes along the columns first where they shrink by far more; that changes a byte by 1.)
 * The WebAssembly memory grows to what the largest picture so far needed, two or three times its bytes.
 * @returns `to.height × to.width × 3` bytes; the picture's own array when there is nothing to do
 */
export function resample(picture: RawPicture, to: ImageSize): Uint8Array {
  const { height, width, channels, pixels } = picture;
  const [narrow, low] = [width !== to.width, height !== to.height];
  if (!narrow && !low && channels === RGB) return pixels;
  const { memory, horizontal, vertical, flatten } = (loaded ??= loadKernels());
  const stride = width * RGB;
  const groups = Math.ceil(height / ROW_GROUP);
  const betweenStride = narrow ? to.width * RGB + VECTOR_BYTES : stride;
  const [across, down] = [axis(width, to.width, RGB), axis(height, to.height, betweenStride)];

  let end = 0;
  const place = (bytes: number): number => {
    const start = end;
    end = Math.ceil((end + bytes) / VECTOR_BYTES) * VECTOR_BYTES;
    return start;
  };
  const tables = [place(across.bytes.length), place(down.bytes.length)] as const;
  // Beyond the last row the kernels read the rest of a group of rows, a pair, and a vector.
  const source = place((groups * ROW_GROUP + 1) * stride + (across.pairs + 1) * 2 * RGB + 2 * VECTOR_BYTES);
  const between = narrow ? place((groups * ROW_GROUP + 1) * betweenStride + VECTOR_BYTES) : source;
  const target = place(to.height * to.width * RGB + VECTOR_BYTES);
  const given = channels === RGB ? source : place(pixels.length + VECTOR_BYTES);
  const lacking = end - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE_BYTES));

  const bytes = new Uint8Array(memory.buffer);
  bytes.set(across.bytes, tables[0]);
  bytes.set(down.bytes, tables[1]);
  bytes.set(pixels, given);
  if (channels !== RGB) flatten(given, source, Math.ceil((height * width) / 4));
  if (!narrow && !low) return bytes.slice(source, source + height * stride);
  if (narrow) {
    const kernel = horizontal[across.pairs] ?? horizontal[0]!;
    kernel(source, between, groups, stride, betweenStride, to.width, across.pairs, tables[0]);
  }
  vertical(between, target, to.height, betweenStride, to.width * RGB, down.pairs, tables[1]);
  return bytes.slice(target, target + to.height * to.width * RGB);
}

function loadKernels(): Kernels {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(resampleModule()), {
    host: { memory },
  });
  const kernels = exports as Record<string, (...numbers: number[]) => void>;
  const horizontal = Array.from({ length: UNROLLED_PAIRS + 1 }, (_, i) => (i === 0 ? '' : i)).map(
    (pairs) => kernels[`horizontal${pairs}`]!,
  );
  return { memory, horizontal, vertical: kernels['vertical']!, flatten: kernels['flatten']! };
}

/** Sizes repeat within a dataset: the latest axes are kept. */
const KEPT_AXES = 64;
const axes = new Map<string, Axis>();

function axis(from: number, to: number, stride: number): Axis {
  const key = `${from} ${to} ${stride}`;
  let found = axes.get(key);
  if (found === undefined) {
    if (axes.size >= KEPT_AXES) axes.clear();
    found = makeAxis(from, to, stride);
    axes.set(key, found);
  }
  return found;
}

/** Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`: `src/libImaging/Resample.c`. */
function makeAxis(from: number, to: number, stride: number): Axis {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const taps = Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - first;
    const weights = Array.from({ length: count }, (__, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) * (1 / support))),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => Math.trunc((weight / sum) * 2 ** WEIGHT_BITS + 0.5)) };
  });
  const pairs = Math.max(...taps.map(({ weights }) => Math.ceil(weights.length / 2)));
  const entry = 4 + pairs * 8;
  const bytes = new Uint8Array(to * entry);
  const view = new DataView(bytes.buffer);
  taps.forEach(({ first, weights }, i) => {
    view.setInt32(i * entry, first * stride, true);
    weights.forEach((weight, k) => {
      const at = i * entry + 4 + (k >> 1) * 8 + (k % 2) * 2;
      // The low part is signed, so that it fits 16 bits with room for the sum.
      const high = (weight + (1 << (LOW_BITS - 1))) >> LOW_BITS;
      view.setInt16(at, high, true);
      view.setInt16(at + 4, weight - (high << LOW_BITS), true);
    });
  });
  return { pairs, bytes };
}
