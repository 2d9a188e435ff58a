import type { RatingsConfig, RatingsEpoch, RatingsRun } from '../records/ratings-run.ts';
import type { RunCurves } from './curves.ts';
import type { Figures, TargetFigures } from './figures.ts';
import { type Settings, flatten } from './settings.ts';

/** What a recommender predicts, where other runs have their targets' names. */
export const RATING_TARGET = 'rating';

/** What names the ratings is shown as the dataset, and not as a setting. */
const hidden = new Set(['version', 'kind', 'ratings', 'options']);

/** Every setting of a recommender but those of its file, in the schema's order. */
export function ratingsSettings(config: RatingsConfig): Settings {
  const flat: Settings = {};
  for (const [key, value] of Object.entries(config)) if (!hidden.has(key)) flatten(flat, key, value);
  return flat;
}

/** The newest figures of a recommender, and the best of all epochs; errors are of the validation ratings. */
export function ratingsFiguresOf({ epochs, result }: Pick<RatingsRun, 'epochs' | 'result'>): TargetFigures[] {
  const last = epochs.at(-1);
  if (last === undefined) return [];
  const finished = result?.status === 'finished' ? result : null;
  const figures: Figures = {};
  const put = (id: string, value: number | null | undefined): void => {
    if (value != null && Number.isFinite(value)) figures[id] = value;
  };
  const best = (read: (epoch: RatingsEpoch) => number | null): number | null => {
    const known = epochs.flatMap((epoch) => read(epoch) ?? []);
    return known.length === 0 ? null : Math.min(...known);
  };
  put('train.loss', last.trainLoss);
  put('valid.loss', finished?.validLoss ?? last.validLoss);
  put(
    'valid.loss.best',
    best(({ validLoss }) => validLoss),
  );
  put('valid.rmse', finished?.rmse ?? last.rmse);
  put(
    'valid.rmse.best',
    best(({ rmse }) => rmse),
  );
  put('valid.mae', finished?.mae ?? last.mae);
  const ranking = finished?.ranking?.model;
  for (const name of ['precision', 'recall', 'ndcg', 'map'] as const) put(`valid.${name}`, ranking?.[name]);
  return [{ target: RATING_TARGET, figures }];
}

/** The curves of a recommender's epochs. Its learning rate is one cycle's over the steps, and no epoch's. */
export function ratingsCurvesOf({ id, epochs }: Pick<RatingsRun, 'id' | 'epochs'>): RunCurves {
  let spent = 0;
  const column = (read: (epoch: RatingsEpoch) => number | null): Float64Array =>
    Float64Array.from(epochs, (epoch) => read(epoch) ?? NaN);
  return {
    run: id,
    epoch: column(({ epoch }) => epoch),
    step: column(({ step }) => step),
    seconds: column(({ trainSeconds, validSeconds }) => (spent += trainSeconds + validSeconds)),
    time: column(({ time }) => Date.parse(time)),
    lr: column(() => NaN),
    imagesPerSecond: column(({ ratingsPerSecond }) => ratingsPerSecond),
    peakRssMb: column(({ peakRssMb }) => peakRssMb),
    targets:
      epochs.length === 0
        ? []
        : [
            {
              target: RATING_TARGET,
              series: {
                'train.loss': column(({ trainLoss }) => trainLoss),
                'valid.loss': column(({ validLoss }) => validLoss),
                'valid.rmse': column(({ rmse }) => rmse),
                'valid.mae': column(({ mae }) => mae),
              },
            },
          ],
  };
}
