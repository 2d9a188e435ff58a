import type { RatingsLook } from '../../shared/ipc/recommender-views.ts';
import type { RatingsOptions } from '../../shared/records/ratings.ts';

export type ColumnRole = RatingsLook['columns'][number]['role'];

/** How a column's use is called. */
export const roleNames: Record<ColumnRole, string> = {
  user: 'user',
  item: 'item',
  rating: 'rating',
  time: 'time',
  ignore: 'not used',
};

/**
 * How a file is read with one column used otherwise. Each use but `ignore` is one column's: who had it takes the other's in
 * exchange, so that users and items change places in one step.
 */
export function optionsWithRole(
  columns: RatingsLook['columns'],
  before: RatingsOptions,
  column: string,
  role: ColumnRole,
): RatingsOptions {
  const was = columns.find(({ name }) => name === column)?.role ?? 'ignore';
  const roles = columns.map(({ name, role: own }) => ({
    name,
    role: name === column ? role : own === role && role !== 'ignore' ? was : own,
  }));
  const named = (wanted: ColumnRole): string | undefined => roles.find((one) => one.role === wanted)?.name;
  const [user, item] = [named('user'), named('item')];
  return {
    ...(before.items === undefined ? {} : { items: before.items }),
    ...(user === undefined ? {} : { userColumn: user }),
    ...(item === undefined ? {} : { itemColumn: item }),
    ratingColumn: named('rating') ?? null,
    timeColumn: named('time') ?? null,
  };
}
