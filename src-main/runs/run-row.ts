import type { RunRow } from '../../shared/ipc/views.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import type { RunColor } from '../../shared/records/run-notes.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { figuresOfRun } from '../../shared/run-table/figures.ts';
import { flatSettings } from '../../shared/run-table/settings.ts';

/** A row whose colour is the workspace's to give where nobody chose one. */
export type UncolouredRow = Omit<RunRow, 'color'> & { color: RunColor | null };

/** The runs table's row of a run of pictures. */
export function runRow(run: RunSummary): UncolouredRow {
  const config = run.header?.config ?? null;
  return {
    kind: 'pictures',
    ...commonColumns(run),
    epochsPlanned: config === null ? null : config.epochs + config.frozenEpochs,
    settings: config === null ? {} : flatSettings(config),
    targets: figuresOfRun(run),
  };
}

/** What the epochs of either kind of run tell. */
type EpochFacts = Pick<RatingsRun['epochs'][number], 'trainSeconds' | 'validSeconds' | 'peakRssMb'> &
  Pick<RunSummary['epochs'][number], 'peakCardMb'>;

/** The columns that runs of either kind have. */
export function commonColumns(
  run: RunSummary | RatingsRun,
): Omit<UncolouredRow, 'kind' | 'epochsPlanned' | 'settings' | 'targets'> {
  const { header, result, notes } = run;
  const epochs: readonly EpochFacts[] = run.epochs;
  const finished = result?.status === 'finished' ? result : null;
  // Test-time augmentation, after the last epoch, may take most. A recommender's result knows no card.
  const lastCardMb = finished !== null && 'peakCardMb' in finished ? finished.peakCardMb : null;
  const spent = epochs.reduce((sum, epoch) => sum + epoch.trainSeconds + epoch.validSeconds, 0);
  return {
    id: run.id,
    name: notes.name ?? header?.name ?? run.id,
    state: run.state,
    created: header?.created ?? null,
    queue: header?.queue ?? null,
    dataset: header?.datasetName ?? null,
    datasetHash: header?.datasetHash ?? null,
    validHash: header?.validHash ?? null,
    epochsDone: epochs.length,
    seconds: finished?.seconds ?? (epochs.length === 0 ? null : spent),
    peakRssMb: finished?.peakRssMb ?? epochs.at(-1)?.peakRssMb ?? null,
    peakCardMb: highestCardMb([...epochs.map(({ peakCardMb }) => peakCardMb), lastCardMb]),
    parameters: header?.parameters ?? null,
    problem: run.problem ?? (result !== null && result.status !== 'finished' ? result.error.message : null),
    tags: notes.tags,
    note: notes.note,
    archived: notes.archived,
    color: notes.color,
  };
}

/** Of several processes one may have taken more than the last. */
function highestCardMb(peaks: readonly EpochFacts['peakCardMb'][]): number | null {
  const highest = Math.max(0, ...peaks.map((peak) => peak ?? 0));
  return highest > 0 ? highest : null;
}
