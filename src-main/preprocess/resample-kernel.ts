import {
  type Code,
  assemble,
  block,
  bump,
  get,
  i16x8,
  i32,
  i32x4,
  i8x16,
  repeat,
  set,
  v128,
} from './wasm-assembler.ts';

/** Bits after the point of a weight, as Pillow has them for 8-bit pictures. */
export const WEIGHT_BITS = 22;
/** A weight w is two 16-bit numbers, w = high · 2^12 + low, because vector products are of 16 bits. */
export const LOW_BITS = 12;
/** Rows that `horizontal` treats at once. */
export const ROW_GROUP = 4;
/** What the kernels may read or write beyond the pixels they mean: a vector, or a pair of rows or pixels. */
export const VECTOR_BYTES = 16;

/** The first of the sums' weights, the halves added: (high · 2^12 + low + ½) / 2^22, still in 32-bit lanes. */
function rounded(high: Code, low: Code): Code {
  return i32x4.shiftRight(
    i32x4.add(
      i32x4.add(i32x4.shiftLeft(high, i32.const(LOW_BITS)), low),
      i32x4.splat(i32.const(1 << (WEIGHT_BITS - 1))),
    ),
    i32.const(WEIGHT_BITS),
  );
}

/** What the kernels with an unrolled inner loop are for: reductions to a third and less. */
export const UNROLLED_PAIRS = 4;

/**
 * horizontal(source, target, groups, sourceStride, targetStride, width, pairs, table): RGB rows of one width to rows of another, four
 * rows a group. The table has, for each output pixel, the byte offset of its first input pixel in a row (32 bits) and then the
 * weights of `pairs` pairs of neighbours: two high halves, two low halves (4 × 16 bits). Each row's last pixel writes one byte too many.
 * @param unrolled the number of pairs, where it is known; null: a loop over them
 */
function horizontal(unrolled: number | null): { locals: ('i32' | 'v128')[]; body: Code } {
  const [source, target, groups, sourceStride, targetStride, width, pairs, table] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [entry, end, column, out] = [8, 9, 10, 11];
  const at = [12, 13, 14, 15];
  const [high, low] = [
    [16, 17, 18, 19],
    [20, 21, 22, 23],
  ];
  const [pixels, highWeights, lowWeights] = [24, 25, 26];
  const rows = [0, 1, 2, 3];
  // Two neighbours r g b r g b, of 16 bits, as r r g g b b: one product sums them by channel.
  const paired = [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 14, 15];
  const pair = (index: number): Code =>
    block(
      set(highWeights, v128.load32Splat(index * 8, get(entry))),
      set(lowWeights, v128.load32Splat(index * 8 + 4, get(entry))),
      ...rows.map((r) =>
        block(
          set(pixels, v128.load8x8(index * 6, get(at[r]!))),
          set(pixels, i8x16.shuffle(get(pixels), get(pixels), paired)),
          set(high[r]!, i32x4.add(get(high[r]!), i32x4.dot(get(pixels), get(highWeights)))),
          set(low[r]!, i32x4.add(get(low[r]!), i32x4.dot(get(pixels), get(lowWeights)))),
        ),
      ),
    );
  const loop = block(
    set(end, i32.add(get(entry), i32.mul(get(pairs), i32.const(8)))),
    repeat(
      block(pair(0), ...rows.map((r) => bump(at[r]!, i32.const(6))), bump(entry, i32.const(8))),
      i32.lessUnsigned(get(entry), get(end)),
    ),
  );
  const straight = (count: number): Code =>
    block(...Array.from({ length: count }, (_, i) => pair(i)), bump(entry, i32.const(count * 8)));
  const pixel = block(
    set(at[0]!, i32.add(get(source), i32.load(get(entry)))),
    ...rows.slice(1).map((r) => set(at[r]!, i32.add(get(at[r - 1]!), get(sourceStride)))),
    ...rows.map((r) => block(set(high[r]!, v128.zero), set(low[r]!, v128.zero))),
    bump(entry, i32.const(4)),
    unrolled === null ? loop : straight(unrolled),
    set(out, get(column)),
    ...rows.map((r) => {
      const words = i16x8.narrow(rounded(get(high[r]!), get(low[r]!)), v128.zero);
      return block(
        v128.store32(get(out), i8x16.narrowUnsigned(words, v128.zero)),
        bump(out, get(targetStride)),
      );
    }),
    bump(column, i32.const(3)),
  );
  const group = block(
    set(entry, get(table)),
    set(column, get(target)),
    repeat(pixel, i32.lessUnsigned(get(column), i32.add(get(target), i32.mul(get(width), i32.const(3))))),
    bump(source, i32.mul(get(sourceStride), i32.const(ROW_GROUP))),
    bump(target, i32.mul(get(targetStride), i32.const(ROW_GROUP))),
    bump(groups, i32.const(-1)),
  );
  return {
    locals: [...new Array<'i32'>(8).fill('i32'), ...new Array<'v128'>(11).fill('v128')],
    body: repeat(group, get(groups)),
  };
}

/**
 * vertical(source, target, rows, sourceStride, rowBytes, pairs, table): rows of `rowBytes` bytes to another number of them. The table
 * has, for each output row, the byte offset of its first input row and then its weights as for `horizontal`. Writes up to 15 bytes beyond the last row.
 */
function vertical(): { locals: ('i32' | 'v128')[]; body: Code } {
  const [source, target, rows, stride, rowBytes, pairs, table] = [0, 1, 2, 3, 4, 5, 6];
  const [first, column, at, entry, end] = [7, 8, 9, 10, 11];
  const [high, low] = [
    [12, 13, 14, 15],
    [16, 17, 18, 19],
  ];
  const [upper, lower, highWeights, lowWeights] = [20, 21, 22, 23];
  const quarters = [0, 1, 2, 3];
  const interleave = (from: number): number[] =>
    Array.from({ length: 16 }, (_, i) => from + (i >> 1) + (i % 2) * 16);
  const pair = block(
    set(highWeights, v128.load32Splat(0, get(entry))),
    set(lowWeights, v128.load32Splat(4, get(entry))),
    set(upper, v128.load(0, get(at))),
    set(lower, v128.load(0, i32.add(get(at), get(stride)))),
    bump(at, i32.mul(get(stride), i32.const(2))),
    ...[0, 8]
      .flatMap((from) => {
        const bytes = i8x16.shuffle(get(upper), get(lower), interleave(from));
        return [i16x8.extendLow(bytes), i16x8.extendHigh(bytes)];
      })
      .flatMap((words, q) => [
        set(high[q]!, i32x4.add(get(high[q]!), i32x4.dot(words, get(highWeights)))),
        set(low[q]!, i32x4.add(get(low[q]!), i32x4.dot(words, get(lowWeights)))),
      ]),
    bump(entry, i32.const(8)),
  );
  const sums = quarters.map((q) => rounded(get(high[q]!), get(low[q]!)));
  const sixteen = block(
    set(at, i32.add(get(first), get(column))),
    set(entry, i32.add(get(table), i32.const(4))),
    set(end, i32.add(get(entry), i32.mul(get(pairs), i32.const(8)))),
    ...quarters.map((q) => block(set(high[q]!, v128.zero), set(low[q]!, v128.zero))),
    repeat(pair, i32.lessUnsigned(get(entry), get(end))),
    v128.store(
      0,
      i32.add(get(target), get(column)),
      i8x16.narrowUnsigned(i16x8.narrow(sums[0]!, sums[1]!), i16x8.narrow(sums[2]!, sums[3]!)),
    ),
    bump(column, i32.const(16)),
  );
  const row = block(
    set(first, i32.add(get(source), i32.load(get(table)))),
    set(column, i32.const(0)),
    repeat(sixteen, i32.lessUnsigned(get(column), get(rowBytes))),
    set(table, get(end)),
    bump(target, get(rowBytes)),
    bump(rows, i32.const(-1)),
  );
  return {
    locals: [...new Array<'i32'>(5).fill('i32'), ...new Array<'v128'>(12).fill('v128')],
    body: repeat(row, get(rows)),
  };
}

/**
 * flatten(source, target, fours): RGBA laid on white, four pixels at once, rounded down as libvips does. Writes up to 16 bytes
 * beyond the last pixel.
 */
function flatten(): { locals: ('i32' | 'v128')[]; body: Code } {
  const [source, target, fours] = [0, 1, 2];
  const [pixels, alpha, missing] = [3, 4, 5];
  const words = (value: number): Code => i16x8.splat(i32.const(value));
  // What is missing from white is alpha times what the colour lacks of it, over 255, rounded up: white − ⌈x / 255⌉.
  const by255 = (product: Code): Code =>
    block(
      set(missing, i16x8.add(product, words(254))),
      i16x8.shiftRightUnsigned(
        i16x8.add(i16x8.add(get(missing), words(1)), i16x8.shiftRightUnsigned(get(missing), i32.const(8))),
        i32.const(8),
      ),
    );
  const four = block(
    set(pixels, v128.load(0, get(source))),
    set(
      alpha,
      i8x16.shuffle(get(pixels), get(pixels), [3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15]),
    ),
    set(pixels, v128.not(get(pixels))),
    set(
      pixels,
      v128.not(
        i8x16.narrowUnsigned(
          by255(i16x8.timesLow(get(pixels), get(alpha))),
          by255(i16x8.timesHigh(get(pixels), get(alpha))),
        ),
      ),
    ),
    v128.store(
      0,
      get(target),
      i8x16.shuffle(get(pixels), get(pixels), [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15]),
    ),
    bump(source, i32.const(16)),
    bump(target, i32.const(12)),
    bump(fours, i32.const(-1)),
  );
  return { locals: ['v128', 'v128', 'v128'], body: repeat(four, get(fours)) };
}

/** Bytes of the WebAssembly module with all passes; `horizontal3` is `horizontal` for three pairs. */
export function resampleModule(): Uint8Array {
  const unrolled = Array.from({ length: UNROLLED_PAIRS }, (_, i) => i + 1);
  return assemble([
    { name: 'horizontal', parameters: 8, ...horizontal(null) },
    ...unrolled.map((pairs) => ({ name: `horizontal${pairs}`, parameters: 8, ...horizontal(pairs) })),
    { name: 'vertical', parameters: 7, ...vertical() },
    { name: 'flatten', parameters: 3, ...flatten() },
  ]);
}
