import type { RunRow } from '../ipc/views.ts';
import type { FieldValue, RunField } from './fields.ts';

/** Rows in order. A row without a value comes last either way round; ties keep the newest first. */
export function sortRows(
  rows: readonly RunRow[],
  field: RunField,
  descending: boolean,
  target: string | null,
): RunRow[] {
  const sign = descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: sortable(field.read(row, target)) }));
  keyed.sort((a, b) => {
    if (a.value !== null && b.value !== null) {
      const order = compareValues(a.value, b.value) * sign;
      if (order !== 0) return order;
    } else if (a.value !== b.value) return a.value === null ? 1 : -1;
    const [left, right] = [a.row.created ?? '', b.row.created ?? ''];
    return left < right ? 1 : left > right ? -1 : a.row.id < b.row.id ? 1 : -1;
  });
  return keyed.map(({ row }) => row);
}

function sortable(value: FieldValue): string | number | null {
  if (value === null || value === '') return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value.length === 0 ? null : value.join(' ');
}

const collator = new Intl.Collator('en', { numeric: true });

/** Numbers by size, words by the alphabet, with the numbers in them as numbers. */
export function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}
