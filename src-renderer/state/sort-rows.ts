import { formatImageSize } from '../../shared/image-size.ts';
import type { RunRow } from '../../shared/ipc/views.ts';

/** Columns that the runs table can be sorted by. */
export type SortKey =
  | 'name'
  | 'state'
  | 'created'
  | 'epochsDone'
  | 'validLoss'
  | 'errorRate'
  | 'ttaErrorRate'
  | 'holdoutErrorRate'
  | 'seconds';

/** Rows in order. A row without the figure comes last either way round; ties keep the newest first. */
export function sortRows(rows: readonly RunRow[], key: SortKey, descending: boolean): RunRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = a[key];
    const right = b[key];
    if (left === null || right === null) {
      if (left === right) return compare(b.created ?? '', a.created ?? '');
      return left === null ? 1 : -1;
    }
    const order = compare(left, right) * sign;
    return order === 0 ? compare(b.created ?? '', a.created ?? '') : order;
  });
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** `convnext_tiny · squish · 128`, or the id where the run's config could not be read. */
export function describeRow(row: RunRow): string {
  if (row.arch === null || row.resize === null || row.size === null) return row.id;
  return `${row.arch} · ${row.resize} · ${formatImageSize(row.size)}`;
}
