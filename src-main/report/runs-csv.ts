import type { RunRow } from '../../shared/ipc/views.ts';
import { type FieldValue, type RunField, fieldNamed, fieldsOf } from '../../shared/run-table/fields.ts';
import { type Cell, csvLines } from '../files/csv.ts';

export interface RunsTable {
  /** In the order in which they are written. */
  rows: readonly RunRow[];
  /** Ids of the columns' fields. */
  columns: readonly string[];
  /** Whose figures; null: those of each run's first target. */
  target: string | null;
}

/**
 * The runs table as CSV: a head of the fields' ids and a row for each run, with values as the run folders have them, not rounded.
 * Shares are between 0 and 1, times in seconds, memory in MiB, moments in ISO 8601, tags separated by spaces; what a run lacks is
 * empty. Where there are several targets a last column tells whose figures a row has.
 * @param all every run of the workspace: what fields there are
 * @throws GranaryError USAGE for a field that there is not
 */
export function runsCsv({ rows, columns, target }: RunsTable, all: readonly RunRow[] = rows): string {
  const known = fieldsOf(all);
  const fields = [...new Set(columns)].map((id) => fieldNamed(known, id));
  const figures = fields.some(({ figure }) => figure !== undefined);
  const names = new Set(all.flatMap(({ targets }) => targets.map((one) => one.target)));
  const several = figures && names.size > 1;
  const whose = (row: RunRow): string => target ?? row.targets[0]?.target ?? '';
  return csvLines([
    [...fields.map(({ id }) => id), ...(several ? ['target'] : [])],
    ...rows.map((row) => [
      ...fields.map((field: RunField) => cell(field.read(row, target))),
      ...(several ? [whose(row)] : []),
    ]),
  ]);
}

function cell(value: FieldValue): Cell {
  if (value === null) return '';
  return typeof value === 'object' ? value.join(' ') : value;
}
