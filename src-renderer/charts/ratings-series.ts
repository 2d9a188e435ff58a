import type { RatingsEpoch } from '../../shared/records/ratings-run.ts';
import type { Series } from './line-chart.ts';

/** Loss of a recommender by epoch, training beside validation. */
export function ratingsLossSeries(epochs: readonly RatingsEpoch[]): Series[] {
  return [
    line('training', '--chart-train', epochs, ({ trainLoss }) => trainLoss),
    line('validation', '--chart-valid', epochs, ({ validLoss }) => validLoss),
  ];
}

/** RMSE and MAE on the validation ratings by epoch; nothing where there are no ratings. */
export function ratingsErrorSeries(epochs: readonly RatingsEpoch[]): Series[] {
  if (epochs.every(({ rmse }) => rmse === null)) return [];
  return [
    line('RMSE', '--chart-target-1', epochs, ({ rmse }) => rmse),
    line('MAE', '--chart-target-3', epochs, ({ mae }) => mae),
  ];
}

function line(
  name: string,
  color: string,
  epochs: readonly RatingsEpoch[],
  read: (epoch: RatingsEpoch) => number | null,
): Series {
  const ys = epochs.map((epoch) => read(epoch) ?? NaN);
  return { name, color, dots: true, xs: epochs.map(({ epoch }) => epoch), ys };
}
