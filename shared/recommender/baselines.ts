import type { RatingsTable } from '../ratings/table.ts';

/** Ratings' worth of doubt in a mean: an item with as many ratings counts half of its own deviation. */
const DAMPING = { item: 25, user: 10 };

/** Predicts from means alone: what a model that learns tastes must beat (Koren 2010, "Factor in the neighbors", section 2.1). */
export interface MeanPredictor {
  globalMean: number;
  item: Float64Array;
  user: Float64Array;
}

/** Fits damped deviations from the global mean: items first, then users on what is left. */
export function fitMeans(train: RatingsTable): MeanPredictor {
  const rating = train.rating!;
  let sum = 0;
  for (let row = 0; row < rating.length; row++) sum += rating[row]!;
  const globalMean = sum / rating.length;
  const deviations = (column: Int32Array, groups: number, damping: number, left: (row: number) => number) => {
    const sums = new Float64Array(groups);
    const counts = new Float64Array(groups);
    for (let row = 0; row < rating.length; row++) {
      sums[column[row]!]! += left(row);
      counts[column[row]!]!++;
    }
    return sums.map((total, group) => total / (counts[group]! + damping));
  };
  const item = deviations(train.item, train.items.length, DAMPING.item, (row) => rating[row]! - globalMean);
  const user = deviations(
    train.user,
    train.users.length,
    DAMPING.user,
    (row) => rating[row]! - globalMean - item[train.item[row]!]!,
  );
  return { globalMean, item, user };
}

/** Mean squared and absolute error of predictions. */
export function errorsOf(
  truth: Float32Array,
  predict: (row: number) => number,
): { mse: number; rmse: number; mae: number } {
  let [squares, absolute] = [0, 0];
  for (let row = 0; row < truth.length; row++) {
    const error = predict(row) - truth[row]!;
    squares += error * error;
    absolute += Math.abs(error);
  }
  const mse = squares / truth.length;
  return { mse, rmse: Math.sqrt(mse), mae: absolute / truth.length };
}
