import type { ParameterSpec } from '../context.ts';

export interface Grid {
  rows: number;
  columns: number;
}

/** Keys' cubic kernel with a = −½, as Pillow and PyTorch's antialiased bicubic take it. */
function cubic(at: number): number {
  const x = Math.abs(at);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** For each output place: the first input place that it reads, and the weights from there on. */
function resamplingWeights(from: number, to: number): { start: number; weights: number[] }[] {
  const scale = from / to;
  // Where it shrinks, the kernel widens with the steps: that is the antialiasing.
  const stretch = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = scale * (place + 0.5);
    const start = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from);
    const weights = Array.from({ length: end - start }, (_, i) =>
      cubic((start + i - centre + 0.5) / stretch),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

/** Resamples the middle axis of [outer, from, inner]. */
function resampleAxis(
  values: Float32Array,
  outer: number,
  from: number,
  to: number,
  inner: number,
): Float32Array {
  if (from === to) return values;
  const result = new Float32Array(outer * to * inner);
  const places = resamplingWeights(from, to);
  for (let o = 0; o < outer; o += 1)
    places.forEach(({ start, weights }, place) => {
      const target = result.subarray((o * to + place) * inner, (o * to + place + 1) * inner);
      weights.forEach((weight, i) => {
        const source = (o * from + start + i) * inner;
        for (let c = 0; c < inner; c += 1) target[c]! += weight * values[source + c]!;
      });
    });
  return result;
}

/**
 * Position embeddings of one grid for another: bicubic with antialiasing, as timm's `resample_abs_pos_embed`. Embeddings of
 * tokens before the grid (the class token) stay as they are.
 * @param values [prefix + from.rows · from.columns, channels]
 */
export function resamplePositions(
  values: Float32Array,
  { from, to, prefix, channels }: { from: Grid; to: Grid; prefix: number; channels: number },
): Float32Array {
  const grid = values.subarray(prefix * channels);
  const wide = resampleAxis(grid, from.rows, from.columns, to.columns, channels);
  const whole = resampleAxis(wide, 1, from.rows, to.rows, to.columns * channels);
  const result = new Float32Array((prefix + to.rows * to.columns) * channels);
  result.set(values.subarray(0, prefix * channels));
  result.set(whole, prefix * channels);
  return result;
}

/**
 * How a network takes position embeddings of another grid, for `ParameterSpec.adapt`. A file does not say its grid: it is
 * taken to be a square, as in timm.
 */
export function adaptPositions(
  to: Grid,
  prefix: number,
  channels: number,
): NonNullable<ParameterSpec['adapt']> {
  return ({ shape, values }) => {
    const [one, tokens = 0, width] = shape;
    const side = Math.round(Math.sqrt(tokens - prefix));
    if (shape.length !== 3 || one !== 1 || width !== channels || side < 1 || side * side + prefix !== tokens)
      return null;
    return resamplePositions(values, { from: { rows: side, columns: side }, to, prefix, channels });
  };
}
