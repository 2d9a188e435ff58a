/**
 * Ratings as columns: row r says that user `users[user[r]]` gave item `items[item[r]]` the rating `rating[r]`. Ids are strings
 * throughout, also where a file writes numbers; indices count from 0 in order of first appearance.
 */
export interface RatingsTable {
  users: string[];
  items: string[];
  user: Int32Array;
  item: Int32Array;
  /** Null: there are no ratings; each row says that the user took the item. */
  rating: Float32Array | null;
  /** Seconds since 1970; null where the file has no times. */
  time: Float64Array | null;
  /** Title of each item, empty where there is none; null without a titles file. */
  titles: string[] | null;
}

/** Rows of a table, chosen or reordered by their numbers. */
export function takeRows(table: RatingsTable, rows: Int32Array): RatingsTable {
  const user = new Int32Array(rows.length);
  const item = new Int32Array(rows.length);
  const rating = table.rating === null ? null : new Float32Array(rows.length);
  const time = table.time === null ? null : new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!;
    user[k] = table.user[row]!;
    item[k] = table.item[row]!;
    if (rating !== null) rating[k] = table.rating![row]!;
    if (time !== null) time[k] = table.time![row]!;
  }
  return { ...table, user, item, rating, time };
}

/** Rows grouped by a column of indices: those of group g are `rows[offsets[g]]` up to `rows[offsets[g + 1]]`, in the table's order. */
export interface Grouping {
  offsets: Int32Array;
  rows: Int32Array;
}

/** Groups rows by counting, in time linear in the number of rows. */
export function groupBy(column: Int32Array, groups: number): Grouping {
  const offsets = new Int32Array(groups + 1);
  for (let row = 0; row < column.length; row++) offsets[column[row]! + 1]!++;
  for (let group = 0; group < groups; group++) offsets[group + 1]! += offsets[group]!;
  const next = offsets.slice(0, groups);
  const rows = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) rows[next[column[row]!]!++] = row;
  return { offsets, rows };
}

/** How many rows each index has. */
export function countsOf(column: Int32Array, groups: number): Int32Array {
  const counts = new Int32Array(groups);
  for (let row = 0; row < column.length; row++) counts[column[row]!]!++;
  return counts;
}
