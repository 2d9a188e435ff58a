import { crossEntropy } from './cross-entropy.ts';
import { accuracy, errorRate } from './error-rate.ts';
import type { LabelledRows } from './rows.ts';

export { confusionMatrix } from './confusion-matrix.ts';
export { SMALLEST_PROBABILITY, crossEntropy } from './cross-entropy.ts';
export { accuracy, errorRate } from './error-rate.ts';
export { type ExactMatch, exactMatch } from './exact-match.ts';
export { type LabelledRows, predictedClass } from './rows.ts';
export { type RunMetric, runMetric, runMetrics } from './run-metrics.ts';

/** A figure of merit. It says itself which way is better: nothing is ever guessed from its name. */
export interface Metric {
  id: string;
  /** What people read. */
  label: string;
  direction: 'lower' | 'higher';
  compute(rows: LabelledRows): number;
}

export const metrics = [
  { id: 'error_rate', label: 'Error rate', direction: 'lower', compute: errorRate },
  { id: 'cross_entropy', label: 'Cross-entropy', direction: 'lower', compute: crossEntropy },
  { id: 'accuracy', label: 'Accuracy', direction: 'higher', compute: accuracy },
] as const satisfies readonly Metric[];

/** True when `a` is better than `b`. Nothing is better than NaN except a number. */
export function isBetter(metric: Pick<Metric, 'direction'>, a: number, b: number): boolean {
  if (Number.isNaN(a)) return false;
  if (Number.isNaN(b)) return true;
  return metric.direction === 'lower' ? a < b : a > b;
}
