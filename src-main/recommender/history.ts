import { GranaryError } from '../../shared/errors.ts';
import type { RatingsTable } from '../../shared/ratings/table.ts';
import type { RatingsOptions } from '../../shared/records/ratings.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { readRatingsStore } from '../runs/ratings-store.ts';

/** What a user gave an item, by the recommender's own item number; null without ratings. */
export interface Rated {
  item: number;
  rating: number | null;
}

/**
 * What a run's users had rated in its file: from the workspace's copy, which is made anew where it is gone.
 * @param read reads and keeps the file, in a worker
 * @throws GranaryError DATASET_CHANGED; those of the reader
 */
export async function ratingsOf(
  workspace: string,
  { header }: RatingsRun,
  read: (ratings: string, options: RatingsOptions) => Promise<unknown>,
): Promise<RatingsTable> {
  const { ratings, options } = header!.config;
  const kept = readRatingsStore(workspace, ratings, options);
  if (kept !== null) return kept.table;
  await read(ratings, options);
  const made = readRatingsStore(workspace, ratings, options);
  if (made !== null) return made.table;
  throw new GranaryError(
    'DATASET_CHANGED',
    `The ratings file ${ratings} changes while it is read.`,
    'Try again when it stays as it is.',
  );
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

/** The same of one user, without grouping everybody's rows. */
export function historyOfUser(table: RatingsTable, items: readonly string[], id: string): Rated[] {
  const user = table.users.indexOf(id);
  if (user < 0) return [];
  const place = new Map(items.map((item, index) => [item, index]));
  const history: Rated[] = [];
  for (let row = 0; row < table.user.length; row++) {
    if (table.user[row] !== user) continue;
    const item = place.get(table.items[table.item[row]!]!);
    if (item !== undefined) history.push({ item, rating: table.rating?.[row] ?? null });
  }
  return history;
}
