import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
import type { EpochLog, RunResult, RunSummary } from '../../shared/records/run-record.ts';

export interface TargetFigures {
  name: string;
  /** Training's are the last epoch's. */
  train_loss: number | null;
  train_error_rate: number | null;
  valid_loss: number;
  error_rate: number;
  tta_error_rate: number | null;
  holdout_error_rate: number | null;
  holdout_tta_error_rate: number | null;
}

/**
 * A run's figures under the names that scripts read. Losses and rates are of the first target; null where there is none (yet).
 */
export interface RunFigures {
  run: string;
  name: string;
  state: string;
  dataset: string | null;
  created: string | null;
  epochs: number;
  epochs_planned: number | null;
  valid_loss: number | null;
  error_rate: number | null;
  tta_loss: number | null;
  tta_error_rate: number | null;
  holdout_error_rate: number | null;
  holdout_tta_error_rate: number | null;
  best_error_rate: number | null;
  /** Of every target: the result's, or the last epoch's until there is one. */
  targets: TargetFigures[];
  /** Several targets, finished: error rates of all together, where a picture is right when each is. */
  exact_match: {
    error_rate: number | null;
    tta_error_rate: number | null;
    holdout_error_rate: number | null;
    holdout_tta_error_rate: number | null;
  } | null;
  seconds: number | null;
  peak_rss_mb: number | null;
  /** Runs with the same hash were judged on the same validation pictures. */
  valid_hash: string | null;
  seed: number | null;
  tags: string[];
  note: string;
  archived: boolean;
  folder: string;
  problem: string | null;
}

/** The newest figures that there are: those of the result once it is written, the last epoch's until then. */
export function figuresOf(run: RunSummary, workspace: string): RunFigures {
  const { header, epochs, result } = run;
  const finished = result?.status === 'finished' ? result : null;
  const last = epochs[epochs.length - 1];
  const valid = finished?.valid[0];
  const holdout = finished?.holdout[0];
  const rates = epochs.map((epoch) => epoch.errorRate);
  const spent = epochs.reduce((sum, epoch) => sum + epoch.trainSeconds + epoch.validSeconds, 0);
  return {
    run: run.id,
    name: run.notes.name ?? header?.name ?? run.id,
    state: run.state,
    dataset: header?.datasetName ?? null,
    created: header?.created ?? null,
    epochs: epochs.length,
    epochs_planned: header === null ? null : header.config.epochs + header.config.frozenEpochs,
    valid_loss: valid?.loss ?? last?.targets[0]?.validLoss ?? null,
    error_rate: valid?.errorRate ?? last?.errorRate ?? null,
    tta_loss: valid?.ttaLoss ?? null,
    tta_error_rate: valid?.ttaErrorRate ?? null,
    holdout_error_rate: holdout?.errorRate ?? null,
    holdout_tta_error_rate: holdout?.ttaErrorRate ?? null,
    best_error_rate: finished?.best.errorRate ?? (rates.length === 0 ? null : Math.min(...rates)),
    targets: targetFigures(finished, last),
    exact_match: finished?.exactMatch === undefined ? null : exactMatchOf(finished.exactMatch),
    seconds: finished?.seconds ?? (epochs.length === 0 ? null : spent),
    peak_rss_mb: finished?.peakRssMb ?? last?.peakRssMb ?? null,
    valid_hash: header?.validHash ?? null,
    seed: header?.config.seed ?? null,
    tags: run.notes.tags,
    note: run.notes.note,
    archived: run.notes.archived,
    folder: join(workspace, layout.runs, run.id),
    problem: run.problem ?? (result !== null && result.status !== 'finished' ? result.error.message : null),
  };
}

type Finished = Extract<RunResult, { status: 'finished' }>;

function targetFigures(finished: Finished | null, last: EpochLog | undefined): TargetFigures[] {
  const training = (name: string): Pick<TargetFigures, 'train_loss' | 'train_error_rate'> => {
    const log = last?.targets.find((target) => target.name === name);
    return { train_loss: log?.trainLoss ?? null, train_error_rate: log?.trainErrorRate ?? null };
  };
  if (finished === null)
    return (last?.targets ?? []).map(({ name, validLoss, errorRate }) => ({
      name,
      ...training(name),
      ...{ valid_loss: validLoss, error_rate: errorRate, tta_error_rate: null },
      ...{ holdout_error_rate: null, holdout_tta_error_rate: null },
    }));
  return finished.valid.map(({ target, loss, errorRate, ttaErrorRate }) => {
    const held = finished.holdout.find((other) => other.target === target);
    return {
      name: target,
      ...training(target),
      ...{ valid_loss: loss, error_rate: errorRate, tta_error_rate: ttaErrorRate },
      holdout_error_rate: held?.errorRate ?? null,
      holdout_tta_error_rate: held?.ttaErrorRate ?? null,
    };
  });
}

function exactMatchOf({ valid, holdout }: NonNullable<Finished['exactMatch']>): RunFigures['exact_match'] {
  return {
    error_rate: valid?.errorRate ?? null,
    tta_error_rate: valid?.ttaErrorRate ?? null,
    holdout_error_rate: holdout?.errorRate ?? null,
    holdout_tta_error_rate: holdout?.ttaErrorRate ?? null,
  };
}
