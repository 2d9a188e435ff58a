import { type RunMetric, runMetric } from '../metrics/index.ts';
import type { RunSummary } from '../records/run-record.ts';

/**
 * A run's figures of one target by id: `<pictures>.<metric>`, with `.best` for the best of all epochs and `.tta` for test-time
 * augmentation, such as `valid.error_rate.best` or `holdout.loss.tta`.
 */
export type Figures = Record<string, number>;

export interface TargetFigures {
  target: string;
  figures: Figures;
}

/** What stands in for a target where all of them count together: a picture is right when it is right in each. */
export const ALL_TARGETS = 'all targets';

/** What an id means. */
export interface FigureMeaning {
  pictures: 'train' | 'valid' | 'holdout';
  metric: RunMetric;
  which: 'last' | 'best' | 'tta';
}

export function figureMeaning(id: string): FigureMeaning | null {
  const match = /^(train|valid|holdout)\.([a-z0-9_]+)(?:\.(best|tta))?$/.exec(id);
  if (match === null) return null;
  return {
    pictures: match[1] as FigureMeaning['pictures'],
    metric: runMetric(match[2]!),
    which: (match[3] as 'best' | 'tta' | undefined) ?? 'last',
  };
}

const PICTURES = { train: 'Training', valid: 'Valid.', holdout: 'Hold-out' } as const;

/** For the head of a column: `Hold-out error, TTA`. */
export function figureLabel(id: string): string {
  const meaning = figureMeaning(id);
  if (meaning === null) return id;
  const { pictures, metric, which } = meaning;
  const suffix = which === 'last' ? '' : which === 'best' ? ', best' : ', TTA';
  return `${PICTURES[pictures]} ${metric.label}${suffix}`;
}

type Finished = Extract<NonNullable<RunSummary['result']>, { status: 'finished' }>;

/**
 * The newest figures of each target: those of the result once it is written, the last epoch's until then, and the best of all
 * epochs. With several targets a finished run has those of {@link ALL_TARGETS} at the end.
 */
export function figuresOfRun(run: Pick<RunSummary, 'epochs' | 'result'>): TargetFigures[] {
  const finished = run.result?.status === 'finished' ? run.result : null;
  const last = run.epochs[run.epochs.length - 1];
  const names = finished?.valid.map(({ target }) => target) ?? last?.targets.map(({ name }) => name) ?? [];
  const each = names.map((target): TargetFigures => {
    const figures: Figures = {};
    for (const { targets } of run.epochs) {
      const log = targets.find(({ name }) => name === target);
      if (log === undefined) continue;
      put(figures, 'train.loss', log.trainLoss);
      put(figures, 'train.error_rate', log.trainErrorRate);
      put(figures, 'valid.loss', log.validLoss);
      put(figures, 'valid.error_rate', log.errorRate);
      putBest(figures, 'valid.loss', log.validLoss);
      putBest(figures, 'valid.error_rate', log.errorRate);
    }
    if (finished !== null) putFinal(figures, finished, target);
    return { target, figures };
  });
  const together = finished?.exactMatch;
  if (together === undefined) return each;
  const figures: Figures = {};
  for (const set of ['valid', 'holdout'] as const) {
    put(figures, `${set}.error_rate`, together[set]?.errorRate);
    put(figures, `${set}.error_rate.tta`, together[set]?.ttaErrorRate);
  }
  return [...each, { target: ALL_TARGETS, figures }];
}

function putFinal(figures: Figures, finished: Finished, target: string): void {
  for (const set of ['valid', 'holdout'] as const) {
    const final = finished[set].find((one) => one.target === target);
    put(figures, `${set}.loss`, final?.loss);
    put(figures, `${set}.error_rate`, final?.errorRate);
    put(figures, `${set}.loss.tta`, final?.ttaLoss);
    put(figures, `${set}.error_rate.tta`, final?.ttaErrorRate);
  }
}

function put(figures: Figures, id: string, value: number | null | undefined): void {
  if (value != null && Number.isFinite(value)) figures[id] = value;
}

function putBest(figures: Figures, id: string, value: number | null | undefined): void {
  if (value == null || !Number.isFinite(value)) return;
  const best = figures[`${id}.best`];
  const lower = figureMeaning(id)!.metric.direction === 'lower';
  if (best === undefined || (lower ? value < best : value > best)) figures[`${id}.best`] = value;
}
