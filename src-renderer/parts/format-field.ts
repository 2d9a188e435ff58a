import {
  formatCount,
  formatDuration,
  formatError,
  formatLoss,
  formatMoment,
  formatPercentTick,
} from '../charts/figures.ts';
import type { RunMetric } from '../../shared/metrics/index.ts';
import type { FieldValue, RunField } from '../../shared/run-table/fields.ts';

/** A metric's value as people read it: `4.35%`, `0.4231`. */
export function formatMetric(metric: Pick<RunMetric, 'unit'>, value: number | null | undefined): string {
  return metric.unit === 'share' ? formatError(value) : formatLoss(value);
}

/** A difference of two values of a metric, with its sign: `+1.20` in points of percent, `−0.0312`. */
export function formatDifference(metric: Pick<RunMetric, 'unit'>, difference: number): string {
  const size = Math.abs(difference);
  const text = metric.unit === 'share' ? (size * 100).toFixed(2) : size.toFixed(4);
  return `${Number(text) === 0 ? '±' : difference < 0 ? '−' : '+'}${text}`;
}

/** A field's value as the table shows it. */
export function formatValue(field: RunField, value: FieldValue): string {
  if (value === null || value === '') return '–';
  if (typeof value === 'object') return value.join(', ');
  if (field.figure !== undefined) return formatMetric(field.figure.metric, value as number);
  if (field.kind === 'seconds') return formatDuration(value as number);
  if (field.kind === 'moment') return formatMoment(value as string);
  if (field.id === 'parameters') return formatCount(value as number);
  if (field.id === 'memory' || field.id === 'card_memory')
    return Math.round(value as number).toLocaleString('en');
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

/** A value beside an axis, with no more digits than it was rounded to. */
export function formatAxisTick(field: RunField, value: string | number): string {
  if (field.kind === 'share' && typeof value === 'number') return formatPercentTick(value);
  if (field.figure !== undefined) return String(value);
  return formatValue(field, field.kind === 'moment' ? String(value) : value);
}

export function isNumeric(field: RunField): boolean {
  return (
    field.kind === 'number' || field.kind === 'share' || field.kind === 'seconds' || field.kind === 'moment'
  );
}
