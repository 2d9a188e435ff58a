import type { EpochLog } from '../../shared/records/run-record.ts';
import { type TargetCurve, targetPoints } from '../../shared/target-points.ts';
import type { Series } from './series.ts';

/** Names of the targets of a run's epochs, in their order. */
export function targetNames(epochs: readonly EpochLog[]): string[] {
  return epochs[0]?.targets.map(({ name }) => name) ?? [];
}

/** Loss of one target by epoch, training beside validation. */
export function lossSeries(epochs: readonly EpochLog[], target: string): Series[] {
  return [
    line('training', '--chart-train', epochs, target, 'trainLoss'),
    line('validation', '--chart-valid', epochs, target, 'validLoss'),
  ];
}

/** Error rate of one target by epoch. Training's is that of augmented pictures in the step that learnt from them. */
export function errorSeries(epochs: readonly EpochLog[], target: string): Series[] {
  return [
    line('error rate, training', '--chart-train', epochs, target, 'trainErrorRate'),
    line('error rate, validation', '--chart-error', epochs, target, 'errorRate'),
  ];
}

/** A line with a mark at each epoch that has the figure; records of older versions lack training's error rate. */
function line(
  name: string,
  color: string,
  epochs: readonly EpochLog[],
  target: string,
  field: TargetCurve,
): Series {
  const points = targetPoints(epochs, target, field);
  return { name, color, dots: true, xs: points.map(([x]) => x), ys: points.map(([, y]) => y) };
}
