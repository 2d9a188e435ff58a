/** A figure that runs are told apart by. It says itself which way is better, and how it is written. */
export interface RunMetric {
  id: string;
  label: string;
  direction: 'lower' | 'higher';
  /** `share`: 0 to 1, written as percent. `value`: in the metric's own unit. */
  unit: 'share' | 'value';
}

/** Every metric that a run's records may hold, by the name that it has in figures' ids (run-table/figures.ts). */
export const runMetrics: readonly RunMetric[] = [
  { id: 'loss', label: 'loss', direction: 'lower', unit: 'value' },
  { id: 'error_rate', label: 'error', direction: 'lower', unit: 'share' },
  { id: 'accuracy', label: 'accuracy', direction: 'higher', unit: 'share' },
  { id: 'rmse', label: 'RMSE', direction: 'lower', unit: 'value' },
  { id: 'mae', label: 'MAE', direction: 'lower', unit: 'value' },
  { id: 'precision', label: 'precision', direction: 'higher', unit: 'value' },
  { id: 'recall', label: 'recall', direction: 'higher', unit: 'value' },
  { id: 'ndcg', label: 'NDCG', direction: 'higher', unit: 'value' },
  { id: 'map', label: 'MAP', direction: 'higher', unit: 'value' },
];

/** The metric of that name; one that is not known counts as a plain value that is better when lower. */
export function runMetric(id: string): RunMetric {
  return (
    runMetrics.find((metric) => metric.id === id) ?? { id, label: id, direction: 'lower', unit: 'value' }
  );
}
