import type { RatingsTable } from '../../shared/ratings/table.ts';
import { type Grouping, groupBy } from '../../shared/ratings/table.ts';
import type { Random } from '../dataset/random.ts';
import type { Batch } from './program/spec.ts';

/** What an epoch learns from, in a fresh order; made in pieces, so that twenty million rows are not copied at once. */
export interface EpochRows {
  total: number;
  /** Rows from `from` up to `to` of the epoch's order. */
  slice(from: number, to: number): Batch;
}

/** Ratings in shuffled order. */
export function ratedRows(table: RatingsTable, random: Random): EpochRows {
  const order = shuffled(table.user.length, random);
  return {
    total: order.length,
    slice(from, to) {
      const batch = emptyBatch(to - from);
      for (let k = from; k < to; k++) {
        const row = order[k]!;
        batch.user[k - from] = table.user[row]!;
        batch.item[k - from] = table.item[row]!;
        batch.truth[k - from] = table.rating![row]!;
      }
      return batch;
    },
  };
}

/**
 * What was taken (1), and for each such row `negatives` items drawn evenly from those that the user has not taken (0), in shuffled
 * order. Each epoch draws others.
 */
export function sampledRows(
  table: RatingsTable,
  taken: TakenItems,
  negatives: number,
  random: Random,
): EpochRows {
  const each = 1 + negatives;
  const order = shuffled(table.user.length * each, random);
  const drawing = random.fork('negatives');
  return {
    total: order.length,
    slice(from, to) {
      const batch = emptyBatch(to - from);
      for (let k = from; k < to; k++) {
        const row = Math.floor(order[k]! / each);
        const user = table.user[row]!;
        const positive = order[k]! % each === 0;
        batch.user[k - from] = user;
        batch.item[k - from] = positive ? table.item[row]! : taken.drawOther(user, drawing);
        batch.truth[k - from] = positive ? 1 : 0;
      }
      return batch;
    },
  };
}

/** Who has taken what, for drawing what they have not. */
export class TakenItems {
  readonly #items: number;
  readonly #byUser: Grouping;
  readonly #sorted: Int32Array;

  constructor(table: RatingsTable) {
    this.#items = table.items.length;
    this.#byUser = groupBy(table.user, table.users.length);
    this.#sorted = this.#byUser.rows.map((row) => table.item[row]!);
    const { offsets } = this.#byUser;
    for (let user = 0; user < table.users.length; user++)
      this.#sorted.subarray(offsets[user], offsets[user + 1]).sort();
  }

  /** The user's items, ascending. */
  of(user: number): Int32Array {
    return this.#sorted.subarray(this.#byUser.offsets[user], this.#byUser.offsets[user + 1]);
  }

  /** An item that the user has not taken; any item for someone who has taken nearly all. */
  drawOther(user: number, random: Random): number {
    const own = this.of(user);
    for (let tries = 0; tries < 50; tries++) {
      const item = random.integer(this.#items);
      if (!includes(own, item)) return item;
    }
    return random.integer(this.#items);
  }
}

function includes(sorted: Int32Array, value: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}

function shuffled(count: number, random: Random): Int32Array {
  const order = new Int32Array(count);
  for (let k = 0; k < count; k++) order[k] = k;
  return random.fork('order').shuffle(order);
}

function emptyBatch(length: number): Batch {
  return { user: new Int32Array(length), item: new Int32Array(length), truth: new Float32Array(length) };
}
