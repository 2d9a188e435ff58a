import { basename } from 'node:path';
import {
  type Grouping,
  type RatingsTable,
  countsOf,
  groupBy,
  takeRows,
} from '../../../shared/ratings/table.ts';
import type { RatingsManifest, RatingsOptions } from '../../../shared/records/ratings.ts';
import { crossTab } from './cross-tab.ts';
import type { ReadingOptions } from './delimited.ts';
import { describeFormat } from './format.ts';
import { ProblemCounter } from './problem-counter.ts';
import { type RatingsReading, readRatings } from './read-ratings.ts';
import { ratingHistogram, ratingScale, spread, timeSpan } from './summarise.ts';
import { readTitles } from './titles.ts';

/** A ratings file, read and checked. */
export interface InspectedRatings {
  manifest: RatingsManifest;
  /** Without the rows that were left out. */
  table: RatingsTable;
  index: RatingsReading['index'];
}

/**
 * Reads a ratings file, its titles where there are any, and checks both.
 * @param path absolute
 * @throws GranaryError as {@link readRatings} and {@link readTitles}
 */
export async function inspectRatings(
  path: string,
  options: RatingsOptions = {},
  reading: ReadingOptions = {},
): Promise<InspectedRatings> {
  const began = performance.now();
  const { table: read, format, hash, problems, index } = await readRatings(path, options, reading);
  const counter = new ProblemCounter();
  const titles =
    options.items === undefined
      ? null
      : await readTitles(options.items, index.items, (id) => counter.add('TITLE_WITHOUT_RATING', id));
  const byUser = groupBy(read.user, read.users.length);
  const kept = withoutDuplicates(read, byUser, counter);
  const table = { ...(kept === null ? read : takeRows(read, kept)), titles: titles?.titles ?? null };
  const perUser = countsOf(table.user, table.users.length);
  const perItem = countsOf(table.item, table.items.length);
  perUser.forEach((count, u) => count === 1 && counter.add('USER_WITH_ONE_RATING', table.users[u]!));
  perItem.forEach((count, i) => count === 1 && counter.add('ITEM_WITH_ONE_RATING', table.items[i]!));
  titles?.titles.forEach((title, i) => title === '' && counter.add('ITEM_WITHOUT_TITLE', table.items[i]!));
  const manifest: RatingsManifest = {
    version: 1,
    kind: 'ratings',
    path,
    name: basename(path),
    hash,
    format: describeFormat(format),
    implicit: table.rating === null,
    users: table.users.length,
    items: table.items.length,
    ratings: table.user.length,
    density: table.user.length / (table.users.length * table.items.length),
    scale: table.rating === null ? null : ratingScale(table.rating),
    histogram: table.rating === null ? [] : ratingHistogram(table.rating),
    perUser: spread(perUser),
    perItem: spread(perItem),
    time: table.time === null ? null : timeSpan(table.time),
    titles: titles?.count ?? 0,
    crossTab: crossTab(table, perUser, perItem),
    problems: [...problems, ...counter.list()],
    seconds: (performance.now() - began) / 1000,
  };
  return { manifest, table, index };
}

/** Rows that count: of several ratings of one item by one user the last, by time and then by place. Null when all do. */
function withoutDuplicates(
  table: RatingsTable,
  byUser: Grouping,
  problems: ProblemCounter,
): Int32Array | null {
  // The row of each item's latest rating by the user at hand, + 1; `seenBy` says whether it is this user's.
  const latest = new Int32Array(table.items.length);
  const seenBy = new Int32Array(table.items.length).fill(-1);
  const dropped = new Uint8Array(table.user.length);
  let count = 0;
  for (let u = 0; u < table.users.length; u++) {
    for (let k = byUser.offsets[u]!; k < byUser.offsets[u + 1]!; k++) {
      const row = byUser.rows[k]!;
      const item = table.item[row]!;
      if (seenBy[item] !== u) {
        seenBy[item] = u;
        latest[item] = row;
        continue;
      }
      const before = latest[item]!;
      const isLater = table.time === null || table.time[row]! >= table.time[before]!;
      dropped[isLater ? before : row] = 1;
      if (isLater) latest[item] = row;
      count++;
      problems.add('DUPLICATE', `user ${table.users[u]}, item ${table.items[item]}`);
    }
  }
  if (count === 0) return null;
  const kept = new Int32Array(table.user.length - count);
  let at = 0;
  for (let row = 0; row < dropped.length; row++) if (dropped[row] === 0) kept[at++] = row;
  return kept;
}
