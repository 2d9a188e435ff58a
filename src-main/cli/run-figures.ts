import { join } from 'node:path';
import type { RunRow } from '../../shared/ipc/views.ts';
import { ALL_TARGETS, type Figures } from '../../shared/run-table/figures.ts';
import { layout } from '../../shared/workspace-layout.ts';

interface Rates {
  error_rate: number | null;
  tta_error_rate: number | null;
  holdout_error_rate: number | null;
  holdout_tta_error_rate: number | null;
}

export interface TargetFigures extends Rates {
  name: string;
  /** Training's are the last epoch's. */
  train_loss: number | null;
  train_error_rate: number | null;
  valid_loss: number | null;
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
  exact_match: Rates | null;
  seconds: number | null;
  peak_rss_mb: number | null;
  peak_card_mb: number | null;
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
export function figuresOf(row: Omit<RunRow, 'color'>, workspace: string): RunFigures {
  const each = row.targets.filter(({ target }) => target !== ALL_TARGETS);
  const together = row.targets.find(({ target }) => target === ALL_TARGETS)?.figures;
  const first = each[0]?.figures ?? {};
  const seed = row.settings['seed'];
  return {
    run: row.id,
    name: row.name,
    state: row.state,
    dataset: row.dataset,
    created: row.created,
    epochs: row.epochsDone,
    epochs_planned: row.epochsPlanned,
    valid_loss: first['valid.loss'] ?? null,
    error_rate: first['valid.error_rate'] ?? null,
    tta_loss: first['valid.loss.tta'] ?? null,
    tta_error_rate: first['valid.error_rate.tta'] ?? null,
    holdout_error_rate: first['holdout.error_rate'] ?? null,
    holdout_tta_error_rate: first['holdout.error_rate.tta'] ?? null,
    best_error_rate: first['valid.error_rate.best'] ?? null,
    targets: each.map(({ target, figures }) => ({
      name: target,
      train_loss: figures['train.loss'] ?? null,
      train_error_rate: figures['train.error_rate'] ?? null,
      valid_loss: figures['valid.loss'] ?? null,
      ...ratesOf(figures),
    })),
    exact_match: together === undefined ? null : ratesOf(together),
    seconds: row.seconds,
    peak_rss_mb: row.peakRssMb,
    peak_card_mb: row.peakCardMb,
    valid_hash: row.validHash,
    seed: typeof seed === 'number' ? seed : null,
    tags: row.tags,
    note: row.note,
    archived: row.archived,
    folder: join(workspace, layout.runs, row.id),
    problem: row.problem,
  };
}

function ratesOf(figures: Figures): Rates {
  return {
    error_rate: figures['valid.error_rate'] ?? null,
    tta_error_rate: figures['valid.error_rate.tta'] ?? null,
    holdout_error_rate: figures['holdout.error_rate'] ?? null,
    holdout_tta_error_rate: figures['holdout.error_rate.tta'] ?? null,
  };
}
