export interface Point {
  x: number;
  y: number;
}

/**
 * Exponential average whose memory is a share of the x range rather than a number of points, so that a curve with dense and
 * sparse stretches is smoothed alike; divided by the sum of its own weights, so that it starts at the first value instead of
 * being drawn to zero. A constant stays constant.
 * @param weight 0 (the raw line) to 0.999
 */
export function smooth(points: readonly Point[], weight: number): Point[] {
  const first = points[0];
  const last = points[points.length - 1];
  if (first === undefined || last === undefined || weight <= 0) return [...points];
  const range = last.x - first.x;
  const kept = Math.min(weight, 0.999);
  let sum = 0;
  let weights = 0;
  let before = first.x;
  return points.map(({ x, y }) => {
    // A thousandth of the range is one step of forgetting by the square root of the weight.
    const distance = range > 0 ? ((x - before) / range) * 1000 : 1;
    const decay = Math.sqrt(kept) ** distance;
    before = x;
    sum = sum * decay + y;
    weights = weights * decay + 1;
    return { x, y: sum / weights };
  });
}
