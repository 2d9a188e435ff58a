import { createHash } from 'node:crypto';
import { GranaryError } from '../../shared/errors.ts';
import { type RatingsTable, countsOf, takeRows } from '../../shared/ratings/table.ts';
import type { RatingsManifest } from '../../shared/records/ratings.ts';
import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import { Random } from '../dataset/random.ts';
import { leaveOneOut, randomSplit, timeSplit } from '../dataset/ratings/splits.ts';
import { type Objective, interceptOf } from './objective.ts';

/** A config whose kind of weight decay is settled. */
export type SettledConfig = RatingsConfig & { decay: Exclude<RatingsConfig['decay'], 'auto'> };

/** A run's ratings, split, and how they are learnt. */
export interface PreparedRatings {
  config: SettledConfig;
  manifest: RatingsManifest;
  train: RatingsTable;
  valid: RatingsTable;
  implicit: boolean;
  objective: Objective;
  /** Training ratings of each user and item. */
  seen: { user: Int32Array; item: Int32Array };
  validHash: string;
}

/**
 * Splits a table, or takes the validation rows that came from a file of their own, and settles the range.
 * @param given validation rows with the same indices; null where the split is drawn
 * @throws GranaryError SPLIT_INVALID, DATASET_BAD_COLUMNS, CONFIG_INVALID
 */
export function prepareRatings(
  asked: RatingsConfig,
  manifest: RatingsManifest,
  table: RatingsTable,
  given: RatingsTable | null,
): PreparedRatings {
  const implicit = table.rating === null;
  const config = settled(asked, implicit);
  const { train, valid } = given === null ? drawn(config, table) : { train: table, valid: given };
  if (valid.user.length === 0)
    throw new GranaryError('SPLIT_INVALID', 'There is no validation rating.', 'Use another split.');
  const range = implicit ? null : rangeOf(config, train, valid);
  const loss = implicit ? 'bce' : 'mse';
  const mean = implicit ? 1 / (1 + config.negatives) : meanOf(train.rating!);
  const intercept = config.intercept === 'mean' ? interceptOf(mean, loss, range) : 0;
  return {
    config,
    manifest,
    train,
    valid,
    implicit,
    objective: { loss, range, intercept },
    seen: {
      user: countsOf(train.user, train.users.length),
      item: countsOf(train.item, train.items.length),
    },
    validHash: hashOf(valid),
  };
}

/**
 * A penalty on each rating's rows suits squared errors of a dot product. Networks are free to scale their embeddings, and without
 * ratings a row stands in many more losses (its negatives) whose gradients are smaller.
 */
function settled(config: RatingsConfig, implicit: boolean): SettledConfig {
  const { decay, model } = config;
  if (decay !== 'auto') return { ...config, decay };
  return { ...config, decay: implicit || model === 'ncf' ? 'decoupled' : 'per-rating' };
}

function drawn(
  { split, seed }: RatingsConfig,
  table: RatingsTable,
): { train: RatingsTable; valid: RatingsTable } {
  const random = new Random(seed).fork('split');
  if (table.user.length < 2)
    throw new GranaryError(
      'SPLIT_INVALID',
      'One rating cannot be split into training and validation.',
      'Give a larger file.',
    );
  const rows =
    split.type === 'leave-one-out'
      ? leaveOneOut(table, random)
      : split.type === 'time'
        ? timeSplit(table, split.validFraction)
        : randomSplit(table, split.type === 'random' ? split.validFraction : 0.2, random);
  return { train: takeRows(table, rows.train), valid: takeRows(table, rows.valid) };
}

/** Lowest and highest prediction. A sigmoid never reaches its ends, so they lie half a step beyond the ratings'. */
function rangeOf(config: RatingsConfig, train: RatingsTable, valid: RatingsTable): [number, number] | null {
  if (config.range === 'none') return null;
  if (config.range !== 'auto') {
    const [low, high] = config.range;
    if (low < high) return [low, high];
    throw new GranaryError(
      'CONFIG_INVALID',
      `The range from ${low} to ${high} is empty.`,
      'Write the lowest prediction first: --range 0.5,5.5.',
    );
  }
  const values = new Set<number>();
  let [min, max] = [Infinity, -Infinity];
  for (const rating of [train.rating!, valid.rating!])
    for (let row = 0; row < rating.length; row++) {
      const value = rating[row]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (values.size <= 50) values.add(value);
    }
  const sorted = [...values].sort((a, b) => a - b);
  // A continuous scale has no step: a twentieth of it stands in.
  const step =
    sorted.length > 50 || sorted.length < 2
      ? Math.max(max - min, 1) / 10
      : Math.min(...sorted.slice(1).map((value, k) => value - sorted[k]!));
  return [min - step / 2, max + step / 2];
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row]!;
  return sum / values.length;
}

/** Names the validation rows, whatever their order: two runs with the same are comparable. */
function hashOf({ user, item, users, items }: RatingsTable): string {
  const hash = createHash('sha256');
  // Sums of row hashes do not depend on order, and take no memory for millions of rows.
  let [a, b] = [0, 0];
  for (let row = 0; row < user.length; row++) {
    const text = `${users[user[row]!]}\t${items[item[row]!]}`;
    let h = 2166136261;
    for (let k = 0; k < text.length; k++) h = Math.imul(h ^ text.charCodeAt(k), 16777619);
    a = (a + (h >>> 0)) % 0x1fffffffffffff;
    b = (b + (Math.imul(h, h ^ 0x9e3779b9) >>> 0)) % 0x1fffffffffffff;
  }
  return hash.update(`${user.length}/${a}/${b}`).digest('hex');
}
