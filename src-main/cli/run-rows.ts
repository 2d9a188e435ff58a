import type { RunRow } from '../../shared/ipc/views.ts';
import { ALL_TARGETS } from '../../shared/run-table/figures.ts';
import { GranaryError } from '../../shared/errors.ts';
import { type RunField, fieldNamed, fieldsOf } from '../../shared/run-table/fields.ts';
import { parseFilter } from '../../shared/run-table/filter.ts';
import { sortRows } from '../../shared/run-table/sort.ts';
import { formatDuration, formatLoss, formatRate } from './format.ts';

/** Which runs a table shows, and in which order: as the app's table does. */
export interface RowChoice {
  filter?: string | undefined;
  /** A field; a minus before it turns the order round. */
  sort?: string | undefined;
  /** Whose figures are filtered, sorted and shown; undefined: those of each run's first target. */
  target?: string | undefined;
  archived?: boolean | undefined;
}

/**
 * The rows that are chosen, in the order that is asked for.
 * @throws GranaryError USAGE for a field or target that there is not
 */
export function chooseRows(rows: readonly RunRow[], choice: RowChoice): RunRow[] {
  const fields = fieldsOf(rows);
  const target = checkTarget(rows, choice.target);
  const test = parseFilter(choice.filter ?? '', fields, target);
  const chosen = rows.filter((row) => row.archived === (choice.archived ?? false) && test(row));
  if (choice.sort === undefined) return chosen;
  const descending = choice.sort.startsWith('-');
  return sortRows(chosen, fieldNamed(fields, choice.sort.replace(/^-/, '')), descending, target);
}

/** @throws GranaryError USAGE */
export function checkTarget(rows: readonly RunRow[], target: string | undefined): string | null {
  if (target === undefined) return null;
  const names = new Set(rows.flatMap((row) => row.targets.map((one) => one.target)));
  if (names.has(target)) return target;
  names.delete(ALL_TARGETS);
  throw new GranaryError(
    'USAGE',
    `No run here has the target "${target}".`,
    `Targets of these runs: ${[...names].join(', ') || 'none yet'}.`,
  );
}

/** A field's value of a run as it is printed. */
export function formatField(field: RunField, row: RunRow, target: string | null): string {
  const value = field.read(row, target);
  if (value === null || value === '') return '–';
  if (typeof value === 'string') return value.split('\n')[0]!;
  if (typeof value !== 'number') return value.join(',') || '–';
  if (field.kind === 'share') return formatRate(value);
  if (field.kind === 'seconds') return formatDuration(value);
  if (field.figure !== undefined) return formatLoss(value);
  return String(Number(value.toPrecision(6)));
}
