import type { RatingsConfig } from '../records/ratings-run.ts';
import { recommenderSize } from './size.ts';

const MB = 2 ** 20;
/** A worker with TensorFlow's library and a recorded graph. */
const BASE_MB = 458;
/** The table, its split, an epoch's order. */
const RATING_BYTES = 27;
/** A value that is learnt: itself, its moments and gradient, and the copies while values are set and read. */
const VALUE_BYTES = { dense: 60, sparse: 80 };
/** A value of a batch's rows: looked up, its gradient, and for sparse steps its moments, before and after. */
const ROW_BYTES = { dense: 14, sparse: 30 };
/** A hidden unit of a batch's row. */
const UNIT_BYTES = 6;

/** What is known of a ratings file. */
export interface RatingsCounts {
  users: number;
  items: number;
  ratings: number;
  implicit: boolean;
}

/** Peak resident memory of a worker that trains a recommender, in MiB. The numbers are fitted to measured peaks (docs/memory.md). */
export function recommenderNeedMb(config: RatingsConfig, counts: RatingsCounts): number {
  const { users, items, ratings, implicit } = counts;
  const { user, item, layers, parameters, optimizer } = recommenderSize(config, users, items);
  const units = layers.reduce((sum, layer) => sum + layer.out, 0);
  // With sampled negatives each rating stands in an epoch's order several times.
  const order = implicit ? 4 * config.negatives * ratings : 0;
  const batch = config.batchSize * ((user + item) * ROW_BYTES[optimizer] + units * UNIT_BYTES);
  return BASE_MB + (RATING_BYTES * ratings + order + VALUE_BYTES[optimizer] * parameters + batch) / MB;
}

/**
 * The nearest settings that need no more than there is: fewer factors, else a smaller batch, else both; null where none do.
 * @param budgetMb MiB
 */
export function nearestThatFits(
  config: RatingsConfig,
  counts: RatingsCounts,
  budgetMb: number,
): Pick<RatingsConfig, 'factors' | 'batchSize'> | null {
  const fits = (factors: number, batchSize: number): boolean =>
    recommenderNeedMb({ ...config, factors, batchSize }, counts) <= budgetMb;
  const { factors, batchSize } = config;
  const most = (upTo: number, holds: (value: number) => boolean): number | null => {
    if (!holds(1)) return null;
    let [low, high] = [1, upTo];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (holds(middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const fewer = config.model === 'ncf' ? null : most(factors, (value) => fits(value, batchSize));
  const smaller = most(batchSize, (value) => fits(factors, value));
  // Half as many factors change the model more than a batch that is smaller.
  if (smaller !== null && smaller >= 32) return { factors, batchSize: 2 ** Math.floor(Math.log2(smaller)) };
  if (fewer !== null) return { factors: fewer, batchSize };
  if (config.model === 'ncf') return null;
  const both = most(factors, (value) => fits(value, 32));
  return both === null ? null : { factors: both, batchSize: 32 };
}
