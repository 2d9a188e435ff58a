import { GranaryError } from '../../shared/errors.ts';
import type { RatingsTable } from '../../shared/ratings/table.ts';
import type { RatingsOptions } from '../../shared/records/ratings.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { readRatingsStore } from '../runs/ratings-store.ts';
import { readUserRows } from '../runs/user-rows.ts';

/** What a user gave an item, by the recommender's own item number; null without ratings. */
export interface Rated {
  item: number;
  rating: number | null;
}

/** Reads a ratings file and keeps it in the workspace, in a worker. */
export type ReadRatings = (ratings: string, options: RatingsOptions) => Promise<unknown>;

/**
 * What a run's users had rated in its file: from the workspace's copy, which is made anew where it is gone.
 * @param read reads and keeps the file, in a worker
 * @throws GranaryError DATASET_CHANGED; those of the reader
 */
export async function ratingsOf(
  workspace: string,
  run: RatingsRun,
  read: ReadRatings,
): Promise<RatingsTable> {
  const { table } = await kept(run, read, (ratings, options) =>
    readRatingsStore(workspace, ratings, options),
  );
  return table;
}

/** Items of each user, by the recommender's own item numbers. */
export function historyOf(table: RatingsTable, items: readonly string[]): (user: string) => Rated[] {
  const place = new Map(items.map((id, index) => [id, index]));
  const ours = table.items.map((id) => place.get(id) ?? -1);
  const byUser = new Map<number, Rated[]>();
  for (let row = 0; row < table.user.length; row++) {
    const item = ours[table.item[row]!]!;
    if (item < 0) continue;
    const user = table.user[row]!;
    const own = byUser.get(user);
    const entry = { item, rating: table.rating?.[row] ?? null };
    if (own === undefined) byUser.set(user, [entry]);
    else own.push(entry);
  }
  const index = new Map(table.users.map((id, user) => [id, user]));
  return (user) => byUser.get(index.get(user) ?? -1) ?? [];
}

/**
 * The same of one user of a run's file, without holding everybody's ratings.
 * @param read as of {@link ratingsOf}
 * @throws GranaryError DATASET_CHANGED; those of the reader
 */
export async function historyOfUser(
  workspace: string,
  run: RatingsRun,
  items: readonly string[],
  user: string,
  read: ReadRatings,
): Promise<Rated[]> {
  const rows = await kept(run, read, (ratings, options) => readUserRows(workspace, ratings, options, user));
  const place = new Map(items.map((item, index) => [item, index]));
  return rows.items.flatMap((id, row) => {
    const item = place.get(id);
    return item === undefined ? [] : [{ item, rating: rows.ratings?.[row] ?? null }];
  });
}

/** Something of the workspace's copy, which is made anew where it is gone. */
async function kept<T>(
  { header }: RatingsRun,
  read: ReadRatings,
  find: (ratings: string, options: RatingsOptions) => T | null,
): Promise<T> {
  const { ratings, options } = header!.config;
  const found = find(ratings, options);
  if (found !== null) return found;
  await read(ratings, options);
  const made = find(ratings, options);
  if (made !== null) return made;
  throw new GranaryError(
    'DATASET_CHANGED',
    `The ratings file ${ratings} changes while it is read.`,
    'Try again when it stays as it is.',
  );
}
