import type { RatingsTable } from '../../../shared/ratings/table.ts';
import type { CrossTab } from '../../../shared/records/ratings.ts';

/** As many of either as the lesson's table shows. */
const SIDE = 15;

/**
 * The most active users by the most rated items. A table of all users and items is nearly empty; in this corner the gaps that a
 * model is to fill can be seen.
 * @param perUser number of ratings of each user, `perItem` of each item
 */
export function crossTab(
  table: RatingsTable,
  perUser: Int32Array,
  perItem: Int32Array,
  side = SIDE,
): CrossTab {
  const users = largest(perUser, side);
  const items = largest(perItem, side);
  const rowOf = new Map(users.map((user, row) => [user, row]));
  const columnOf = new Map(items.map((item, column) => [item, column]));
  const cells = users.map(() => new Array<number | null>(items.length).fill(null));
  for (let k = 0; k < table.user.length; k++) {
    const row = rowOf.get(table.user[k]!);
    if (row === undefined) continue;
    const column = columnOf.get(table.item[k]!);
    if (column !== undefined) cells[row]![column] = table.rating?.[k] ?? 1;
  }
  return {
    users: users.map((user) => table.users[user]!),
    items: items.map((item) => ({ id: table.items[item]!, title: table.titles?.[item] || null })),
    cells,
  };
}

/** Places of the largest values, largest first. */
export function largest(values: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: values.length }, (_, i) => i)
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}
