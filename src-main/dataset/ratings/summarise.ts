import type { RatingsManifest } from '../../../shared/records/ratings.ts';

/** More different ratings than this are a continuous scale. */
const MAX_DISTINCT = 50;
const BINS = 20;

/** Every different rating and how often it was given, ascending; null when there are more than fifty. */
function distinctRatings(rating: Float32Array): Map<number, number> | null {
  const counts = new Map<number, number>();
  for (let row = 0; row < rating.length; row++) {
    const value = rating[row]!;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > MAX_DISTINCT) return null;
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

/** Lowest, highest, mean, and the smallest distance between two ratings; that is null on a continuous scale, or with one rating only. */
export function ratingScale(rating: Float32Array): NonNullable<RatingsManifest['scale']> {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (let row = 0; row < rating.length; row++) {
    const value = rating[row]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const values = [...(distinctRatings(rating)?.keys() ?? [])];
  const steps = values.slice(1).map((value, i) => value - values[i]!);
  return { min, max, mean: sum / rating.length, step: steps.length === 0 ? null : Math.min(...steps) };
}

export function ratingHistogram(rating: Float32Array): RatingsManifest['histogram'] {
  const distinct = distinctRatings(rating);
  if (distinct !== null) return [...distinct].map(([value, count]) => ({ rating: value, count }));
  const { min, max } = ratingScale(rating);
  const counts = new Array<number>(BINS).fill(0);
  for (let row = 0; row < rating.length; row++)
    counts[Math.min(BINS - 1, Math.floor((BINS * (rating[row]! - min)) / (max - min)))]!++;
  return counts.map((count, bin) => ({ rating: min + ((bin + 0.5) * (max - min)) / BINS, count }));
}

export function spread(counts: Int32Array): RatingsManifest['perUser'] {
  const sorted = counts.slice().sort();
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! };
}

export function timeSpan(time: Float64Array): { first: number; last: number } {
  let [first, last] = [Infinity, -Infinity];
  for (let row = 0; row < time.length; row++) {
    if (time[row]! < first) first = time[row]!;
    if (time[row]! > last) last = time[row]!;
  }
  return { first, last };
}
