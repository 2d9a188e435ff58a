/** Rows on their main axes. */
export interface PrincipalComponents {
  /** [rows, 2], row by row. */
  points: Float32Array;
  /** Share of the variance that each of the two axes holds, 0 to 1. */
  explained: [number, number];
}

const SWEEPS = 60;

/**
 * The two main axes of a table's rows, by orthogonal iteration on their covariance. Signs are fixed, the largest coordinate of an
 * axis is positive, so that a picture does not flip from one call to the next.
 * @param values [rows, width], row by row
 * @param weights of the rows, such as 0 for those that are not to count
 */
export function principalComponents(
  values: Float32Array,
  width: number,
  weights: ArrayLike<number>,
): PrincipalComponents {
  const rows = values.length / width;
  const mean = new Float64Array(width);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    total += weights[row]!;
    for (let f = 0; f < width; f++) mean[f]! += weights[row]! * values[row * width + f]!;
  }
  for (let f = 0; f < width; f++) mean[f]! /= total || 1;
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    const weight = weights[row]! / (total || 1);
    if (weight === 0) continue;
    for (let a = 0; a < width; a++) {
      const left = weight * (values[row * width + a]! - mean[a]!);
      for (let b = 0; b <= a; b++) covariance[a * width + b]! += left * (values[row * width + b]! - mean[b]!);
    }
  }
  for (let a = 0; a < width; a++)
    for (let b = 0; b < a; b++) covariance[b * width + a] = covariance[a * width + b]!;
  let variance = 0;
  for (let f = 0; f < width; f++) variance += covariance[f * width + f]!;
  const axes = mainAxes(covariance, width);
  const points = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++)
    axes.forEach(({ axis }, k) => {
      let sum = 0;
      for (let f = 0; f < width; f++) sum += axis[f]! * (values[row * width + f]! - mean[f]!);
      points[row * 2 + k] = sum;
    });
  const share = (k: number): number => (variance === 0 ? 0 : (axes[k]?.size ?? 0) / variance);
  return { points, explained: [share(0), share(1)] };
}

function mainAxes(matrix: Float64Array, width: number): { axis: Float64Array; size: number }[] {
  const axes = [0, 1].slice(0, width).map((k): { axis: Float64Array; size: number } => {
    const start = new Float64Array(width);
    for (let f = 0; f < width; f++) start[f] = Math.cos((f + 1) * (k + 1));
    return { axis: start, size: 0 };
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    axes.forEach((entry, k) => {
      const next = times(matrix, entry.axis, width);
      for (const { axis: before } of axes.slice(0, k)) {
        const along = next.reduce((sum, value, f) => sum + value * before[f]!, 0);
        for (let f = 0; f < width; f++) next[f]! -= along * before[f]!;
      }
      const length = Math.hypot(...next);
      entry.size = length;
      entry.axis = length === 0 ? next : next.map((value) => value / length);
    });
  for (const entry of axes) {
    const largest = entry.axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest < 0) entry.axis = entry.axis.map((value) => -value);
  }
  return axes;
}

function times(matrix: Float64Array, vector: Float64Array, width: number): Float64Array {
  const result = new Float64Array(width);
  for (let a = 0; a < width; a++)
    for (let b = 0; b < width; b++) result[a]! += matrix[a * width + b]! * vector[b]!;
  return result;
}
