import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { ratingsFiguresOf, ratingsSettings } from '../../shared/run-table/ratings-figures.ts';
import type { UncolouredRow } from './run-row.ts';

/** The runs table's row of a recommender. */
export function ratingsRow(run: RatingsRun): UncolouredRow {
  const { header, epochs, result, notes } = run;
  const finished = result?.status === 'finished' ? result : null;
  const spent = epochs.reduce((sum, epoch) => sum + epoch.trainSeconds + epoch.validSeconds, 0);
  return {
    kind: 'ratings',
    id: run.id,
    name: notes.name ?? header?.name ?? run.id,
    state: run.state,
    created: header?.created ?? null,
    queue: header?.queue ?? null,
    dataset: header?.datasetName ?? null,
    datasetHash: header?.datasetHash ?? null,
    validHash: header?.validHash ?? null,
    epochsDone: epochs.length,
    epochsPlanned: header?.config.epochs ?? null,
    seconds: finished?.seconds ?? (epochs.length === 0 ? null : spent),
    peakRssMb: finished?.peakRssMb ?? epochs.at(-1)?.peakRssMb ?? null,
    parameters: header?.parameters ?? null,
    problem: run.problem ?? (result !== null && result.status !== 'finished' ? result.error.message : null),
    tags: notes.tags,
    note: notes.note,
    archived: notes.archived,
    color: notes.color,
    settings: header === null ? {} : ratingsSettings(header.config),
    targets: ratingsFiguresOf(run),
  };
}
