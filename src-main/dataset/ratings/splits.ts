import { GranaryError } from '../../../shared/errors.ts';
import { type RatingsTable, groupBy } from '../../../shared/ratings/table.ts';
import type { Random } from '../random.ts';

/** Row numbers of a table, each in one of the two. */
export interface RatingsSplit {
  train: Int32Array;
  valid: Int32Array;
}

/** Rows drawn at random for validation, the same for the same seed. Both parts keep the table's order. */
export function randomSplit(table: RatingsTable, fraction: number, random: Random): RatingsSplit {
  const total = table.user.length;
  const order = random.shuffle(Int32Array.from({ length: total }, (_, row) => row));
  const count = Math.min(total - 1, Math.max(1, Math.round(total * fraction)));
  return { valid: order.slice(0, count).sort(), train: order.slice(count).sort() };
}

/**
 * The latest ratings validate: what a recommender is asked in earnest, for it cannot know the future.
 * @throws GranaryError DATASET_BAD_COLUMNS without times
 */
export function timeSplit(table: RatingsTable, fraction: number): RatingsSplit {
  const { time } = table;
  if (time === null) throw noTimes('a split by time');
  const total = table.user.length;
  const order = Int32Array.from({ length: total }, (_, row) => row).sort(
    (a, b) => time[a]! - time[b]! || a - b,
  );
  const count = Math.min(total - 1, Math.max(1, Math.round(total * fraction)));
  return { train: order.slice(0, total - count).sort(), valid: order.slice(total - count).sort() };
}

/**
 * One rating of each user validates: the latest where there are times, else one drawn. Users with a single rating are trained on.
 */
export function leaveOneOut(table: RatingsTable, random: Random): RatingsSplit {
  const { offsets, rows } = groupBy(table.user, table.users.length);
  const held = new Uint8Array(table.user.length);
  const valid: number[] = [];
  for (let user = 0; user < table.users.length; user++) {
    const own = rows.subarray(offsets[user], offsets[user + 1]);
    if (own.length < 2) continue;
    const row = table.time === null ? own[random.integer(own.length)]! : latest(own, table.time);
    held[row] = 1;
    valid.push(row);
  }
  if (valid.length === 0)
    throw new GranaryError(
      'SPLIT_INVALID',
      'No user has two ratings, so none can be left out.',
      'Use a random split, or a validation file with --valid.',
    );
  const train = new Int32Array(table.user.length - valid.length);
  let at = 0;
  for (let row = 0; row < held.length; row++) if (held[row] === 0) train[at++] = row;
  return { train, valid: Int32Array.from(valid).sort() };
}

function latest(rows: Int32Array, time: Float64Array): number {
  return rows.reduce((best, row) => (time[row]! >= time[best]! ? row : best));
}

function noTimes(what: string): GranaryError {
  return new GranaryError(
    'DATASET_BAD_COLUMNS',
    `There are no times in this file, and ${what} needs them.`,
    'Name the column with --time-column, or use --split random or leave-one-out.',
  );
}
