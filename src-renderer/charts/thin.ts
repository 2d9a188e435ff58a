export interface Point {
  x: number;
  y: number;
}

/**
 * The points of a curve that lie in a range of x (and one beyond each end, so that lines reach the edges), thinned to about
 * `most`: of each stretch its lowest and highest are kept, so that no peak is lost. Gaps (NaN) are left out.
 * @param xs rising
 */
export function thin(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  range: { min: number; max: number } | null,
  most: number,
): Point[] {
  const count = Math.min(xs.length, ys.length);
  const from = range === null ? 0 : Math.max(0, firstAtLeast(xs, count, range.min) - 1);
  const to = range === null ? count : Math.min(count, firstAtLeast(xs, count, range.max) + 1);
  const points: Point[] = [];
  const stretch = Math.max(1, Math.ceil((to - from) / (most / 2)));
  for (let start = from; start < to; start += stretch) {
    const end = Math.min(to, start + stretch);
    let [low, high] = [-1, -1];
    for (let i = start; i < end; i++) {
      if (!Number.isFinite(ys[i]!)) continue;
      if (low === -1 || ys[i]! < ys[low]!) low = i;
      if (high === -1 || ys[i]! > ys[high]!) high = i;
    }
    if (low === -1) continue;
    const [first, second] = low < high ? [low, high] : [high, low];
    points.push({ x: xs[first]!, y: ys[first]! });
    if (second !== first) points.push({ x: xs[second]!, y: ys[second]! });
  }
  return points;
}

/** Index of the first of rising numbers that is at least `value`; `count` where there is none. */
function firstAtLeast(xs: ArrayLike<number>, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
