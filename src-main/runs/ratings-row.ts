import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { ratingsFiguresOf, ratingsSettings } from '../../shared/run-table/ratings-figures.ts';
import { type UncolouredRow, commonColumns } from './run-row.ts';

/** The runs table's row of a recommender. */
export function ratingsRow(run: RatingsRun): UncolouredRow {
  const config = run.header?.config ?? null;
  return {
    kind: 'ratings',
    ...commonColumns(run),
    epochsPlanned: config?.epochs ?? null,
    settings: config === null ? {} : ratingsSettings(config),
    targets: ratingsFiguresOf(run),
  };
}
