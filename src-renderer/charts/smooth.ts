/**
 * Exponential average whose memory is a share of the x range rather than a number of points, so that a curve with dense and
 * sparse stretches is smoothed alike; divided by the sum of its own weights (Kingma and Ba's bias correction), so that it starts
 * at the first value instead of being drawn to zero. A constant stays constant, and a gap (NaN) stays a gap.
 * @param xs rising
 * @param weight 0 (the raw line) to 0.999
 */
export function smooth(xs: ArrayLike<number>, ys: ArrayLike<number>, weight: number): Float64Array {
  const count = Math.min(xs.length, ys.length);
  const out = new Float64Array(count);
  if (count === 0) return out;
  const range = xs[count - 1]! - xs[0]!;
  const kept = Math.min(Math.max(weight, 0), 0.999);
  // A thousandth of the range is one step of forgetting by the square root of the weight.
  const forget = Math.log(Math.sqrt(kept));
  let sum = 0;
  let weights = 0;
  let before = xs[0]!;
  for (let i = 0; i < count; i++) {
    const y = ys[i]!;
    if (kept === 0 || !Number.isFinite(y)) {
      out[i] = y;
      continue;
    }
    const distance = range > 0 ? ((xs[i]! - before) / range) * 1000 : 1;
    const decay = Math.exp(forget * distance);
    before = xs[i]!;
    sum = sum * decay + y;
    weights = weights * decay + 1;
    out[i] = sum / weights;
  }
  return out;
}
