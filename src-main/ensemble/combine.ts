import { GranaryError } from '../../shared/errors.ts';

/** Probabilities of one target for a set of pictures: `values` is [ids.length, classes.length], row by row. */
export interface ProbabilityTable {
  ids: string[];
  classes: string[];
  values: Float32Array;
}

/** A member's table with the weight of its vote. */
export interface WeightedTable {
  table: ProbabilityTable;
  weight: number;
  /** What the member is called in errors. */
  name: string;
}

/** Row of each id; tables are joined by id, never by position. */
export function rowsById(table: ProbabilityTable): Map<string, number> {
  return new Map(table.ids.map((id, row) => [id, row]));
}

/** Whether two tables have the same pictures in the same order: then nothing need be looked up. Runs of one dataset mostly do. */
export function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((id, row) => id === b[row]));
}

/**
 * Where each class of `reference` stands in `table`'s columns.
 * @throws GranaryError ENSEMBLE_CLASSES_DIFFER when the two do not have the same classes
 */
export function columnOrder(reference: readonly string[], table: ProbabilityTable, name: string): number[] {
  const place = new Map(table.classes.map((label, column) => [label, column]));
  const absent = reference.filter((label) => !place.has(label));
  const extra = table.classes.filter((label) => !reference.includes(label));
  if (absent.length > 0 || extra.length > 0) {
    const says = [
      absent.length > 0 ? `lacks ${listSome(absent)}` : '',
      extra.length > 0 ? `also knows ${listSome(extra)}` : '',
    ];
    throw new GranaryError(
      'ENSEMBLE_CLASSES_DIFFER',
      `${name} was trained on other classes than the first member: it ${says.filter(Boolean).join(' and ')}.`,
      'An ensemble needs runs that were trained on the same classes. Leave that run out, or train it again on this dataset.',
    );
  }
  return reference.map((label) => place.get(label)!);
}

/**
 * The weighted mean of the members' probabilities, picture by picture, joined by image id. Rows come in the order of the
 * first member's ids, columns in the order of its classes; weights need not sum to one.
 * @throws GranaryError ENSEMBLE_IMAGES_DIFFER when a member lacks a picture that another has
 */
export function combine(members: readonly WeightedTable[]): ProbabilityTable {
  const first = members[0]!.table;
  const width = first.classes.length;
  const sums = new Float64Array(first.ids.length * width);
  let total = 0;
  for (const { table, weight, name } of members) {
    const columns = columnOrder(first.classes, table, name);
    const rows = sameOrder(first.ids, table.ids) ? null : rowsById(table);
    if (rows !== null) {
      const missing = first.ids.filter((id) => !rows.has(id));
      if (missing.length > 0 || table.ids.length !== first.ids.length)
        throw imagesDiffer(members[0]!.name, name, first, table, missing);
    }
    first.ids.forEach((id, row) => {
      const from = (rows === null ? row : rows.get(id)!) * width;
      for (let c = 0; c < width; c++) sums[row * width + c]! += weight * table.values[from + columns[c]!]!;
    });
    total += weight;
  }
  return { ids: first.ids, classes: first.classes, values: Float32Array.from(sums, (sum) => sum / total) };
}

/** The most probable class of each row, as a column index; the lower index wins a tie. */
export function argmaxRows(table: ProbabilityTable): Int32Array {
  const width = table.classes.length;
  return Int32Array.from(table.ids, (_, row) => {
    let best = 0;
    for (let c = 1; c < width; c++) {
      if (table.values[row * width + c]! > table.values[row * width + best]!) best = c;
    }
    return best;
  });
}

function imagesDiffer(
  firstName: string,
  name: string,
  first: ProbabilityTable,
  table: ProbabilityTable,
  missing: string[],
): GranaryError {
  const has = new Set(first.ids);
  const extra = table.ids.filter((id) => !has.has(id));
  const what =
    missing.length > 0 ? `has no prediction for ${listSome(missing)}` : `predicts ${listSome(extra)} too`;
  return new GranaryError(
    'ENSEMBLE_IMAGES_DIFFER',
    `The members do not predict the same pictures: compared with ${firstName}, ${name} ${what}.`,
    'They are of different datasets, or theirs changed between the runs: leave one out, or train the older one again.',
  );
}

/** `a, b, c and 12 more`: enough to recognise, never a screenful. */
export function listSome(items: readonly string[], show = 3): string {
  const shown = items.slice(0, show).map((item) => `"${item}"`);
  return items.length > show ? `${shown.join(', ')} and ${items.length - show} more` : shown.join(', ');
}
