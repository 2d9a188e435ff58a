import { type ExactMatch, type LabelledRows, exactMatch } from '../../shared/metrics/index.ts';
import { type ProbabilityTable, rowsById, sameOrder } from './combine.ts';

/** Probabilities with the truth beside them: `labels` are column indices, -1 where the label is missing. */
export interface LabelledTable extends ProbabilityTable {
  labels: Int32Array;
}

/** Some rows of a table, in this order. */
function pickRows({ ids, classes, values, labels }: LabelledTable, rows: readonly number[]): LabelledTable {
  const width = classes.length;
  const picked = new Float32Array(rows.length * width);
  rows.forEach((row, i) => picked.set(values.subarray(row * width, (row + 1) * width), i * width));
  return {
    ids: rows.map((row) => ids[row]!),
    classes,
    values: picked,
    labels: Int32Array.from(rows, (row) => labels[row]!),
  };
}

/** The table without the rows that have no label. */
export function labelledRows(table: LabelledTable): LabelledTable {
  if (table.labels.every((label) => label >= 0)) return table;
  const rows = table.ids.flatMap((_, row) => (table.labels[row]! >= 0 ? [row] : []));
  return pickRows(table, rows);
}

/** All targets together on the pictures that stand in every table; null for one target, or where there are none. */
export function exactMatchById(tables: readonly LabelledTable[]): ExactMatch | null {
  if (tables.length < 2) return null;
  if (tables.every(({ ids }) => sameOrder(tables[0]!.ids, ids))) return exactMatch(tables.map(toRows));
  const places = tables.map(rowsById);
  const ids = tables[0]!.ids.filter((id) => places.every((rows) => rows.has(id)));
  const together = tables.map((table, t) =>
    pickRows(
      table,
      ids.map((id) => places[t]!.get(id)!),
    ),
  );
  return exactMatch(together.map(toRows));
}

function toRows({ values, labels, classes }: LabelledTable): LabelledRows {
  return { probabilities: values, labels, classes: classes.length };
}
