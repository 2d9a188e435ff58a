import type { RatingsConfig, RatingsEpoch } from '../../shared/records/ratings-run.ts';

/** A recommender of which at least one epoch is known: what later ones are estimated from. */
export interface MeasuredRatings {
  kind: 'ratings';
  config: RatingsConfig;
  epochs: readonly RatingsEpoch[];
  /** From its first file to its last; null while it trains. */
  seconds: number | null;
}

/** Start of the process, the ratings, recording the graph: until a run has finished. */
const OVERHEAD_SECONDS = 3;

/**
 * Seconds that a recommender will take, from measured ones of the same ratings that are as like it as can be: the same model and
 * batch, else the same ratings. Null where those ratings have never been trained on.
 */
export function estimateRatings(config: RatingsConfig, measured: readonly MeasuredRatings[]): number | null {
  const known = measured.filter((run) => run.epochs.length > 0 && run.config.ratings === config.ratings);
  const alike = known.filter(
    ({ config: { model, batchSize } }) => model === config.model && batchSize === config.batchSize,
  );
  const runs = alike.length > 0 ? alike : known;
  if (runs.length === 0) return null;
  const perEpoch = mean(runs.map(secondsAnEpoch));
  const besides = runs.flatMap((run) =>
    run.seconds === null ? [] : [Math.max(0, run.seconds - run.epochs.length * secondsAnEpoch(run))],
  );
  return config.epochs * perEpoch + (besides.length === 0 ? OVERHEAD_SECONDS : mean(besides));
}

function secondsAnEpoch({ epochs }: MeasuredRatings): number {
  return mean(epochs.map(({ trainSeconds, validSeconds }) => trainSeconds + validSeconds));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
