import type { RatingsEpoch } from '../../shared/records/ratings-run.ts';
import type { Series } from './series.ts';

/** Loss of a recommender by epoch, training beside validation. */
export function ratingsLossSeries(epochs: readonly RatingsEpoch[]): Series[] {
  return [
    line('training', '--chart-train', epochs, ({ trainLoss }) => trainLoss),
    line('validation', '--chart-valid', epochs, ({ validLoss }) => validLoss),
  ];
}

/**
 * RMSE and MAE on the validation ratings; nothing where there are no ratings.
 * @param xs where the epochs stand on the x axis; by their numbers without it
 */
export function ratingsErrorSeries(epochs: readonly RatingsEpoch[], xs?: ArrayLike<number>): Series[] {
  if (epochs.every(({ rmse }) => rmse === null)) return [];
  return [
    line('RMSE', '--chart-target-1', epochs, ({ rmse }) => rmse, xs),
    line('MAE', '--chart-target-3', epochs, ({ mae }) => mae, xs),
  ];
}

function line(
  name: string,
  color: string,
  epochs: readonly RatingsEpoch[],
  read: (epoch: RatingsEpoch) => number | null,
  xs: ArrayLike<number> = epochs.map(({ epoch }) => epoch),
): Series {
  const ys = epochs.map((epoch) => read(epoch) ?? NaN);
  return { name, color, dots: true, xs, ys };
}
