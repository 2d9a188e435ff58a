import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from '../../../files/atomic.ts';
import { GranaryError } from '../../../../shared/errors.ts';
import { cancelled } from '../../cancelled.ts';
import { Random } from '../../random.ts';
import { intoEmptyFolder } from '../../sample/into-empty-folder.ts';
import { ratingMoments } from './noise-floor.ts';
import {
  type PlantedTruth,
  type RatingsSampleShape,
  activity,
  plantTruth,
  planted,
  plantedMean,
  popularity,
} from './plan.ts';
import { inventTitles } from './titles.ts';

/** Beyond this the ready-made split is left out: it would write everything twice. */
const MAX_SPLIT = 2_000_000;
/** Seconds since 1970 between which ratings are given: MovieLens-100k's own seven months. */
const [FIRST, LAST] = [874_724_710, 893_286_638];
const LINES_A_WRITE = 50_000;

export interface DrawnRatings {
  dest: string;
  users: number;
  items: number;
  ratings: number;
  /** Root mean squared error of the best prediction anybody could make, over all ratings and over those of `u1.test`. */
  noiseFloor: { rmse: number; validRmse: number | null };
}

/**
 * Writes a ratings dataset with planted biases and factors in MovieLens-100k's form: `u.data`, `u.item` (Latin-1), a random fifth in
 * `u1.test` with the rest in `u1.base`, and `truth.json` with the noise floor and what was planted.
 * @throws GranaryError USAGE, CANCELLED, or as {@link intoEmptyFolder}
 */
export async function drawRatings(
  dest: string,
  shape: RatingsSampleShape,
  hooks: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<DrawnRatings> {
  checkShape(shape);
  return intoEmptyFolder(dest, (root) => draw(root, shape, hooks));
}

async function draw(
  dest: string,
  shape: RatingsSampleShape,
  hooks: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<DrawnRatings> {
  const truth = plantTruth(shape);
  const rows = await drawRows(shape, truth, hooks.signal);
  const random = new Random(`ratings-${shape.seed}`);
  const order = random.fork('order').shuffle(Int32Array.from({ length: shape.ratings }, (_, row) => row));
  const split = shape.ratings <= MAX_SPLIT;
  const validFrom = split ? Math.ceil(shape.ratings * 0.8) : shape.ratings;
  const out = (name: string): LineFile => new LineFile(join(dest, name));
  const all = out('u.data');
  const parts = split ? [out('u1.base'), out('u1.test')] : [];
  let [variance, validSquares] = [0, 0];
  for (let k = 0; k < order.length; k++) {
    if (k % LINES_A_WRITE === 0) {
      await new Promise(setImmediate);
      if (hooks.signal?.aborted === true) throw cancelled();
      hooks.onProgress?.(k, shape.ratings);
    }
    const row = order[k]!;
    const [user, item, rating] = [rows.user[row]!, rows.item[row]!, rows.rating[row]!];
    const best = ratingMoments(plantedMean(truth, user, item));
    variance += best.variance;
    if (k >= validFrom) validSquares += (rating - best.mean) ** 2;
    const line = `${user + 1}\t${item + 1}\t${rating}\t${rows.time[row]}\n`;
    all.add(line);
    if (split) parts[k < validFrom ? 0 : 1]!.add(line);
  }
  for (const file of [all, ...parts]) file.close();
  const noiseFloor = {
    rmse: Math.sqrt(variance / shape.ratings),
    validRmse: split ? Math.sqrt(validSquares / (shape.ratings - validFrom)) : null,
  };
  writeItems(join(dest, 'u.item'), truth, random.fork('titles'));
  writeFileSync(join(dest, 'truth.json'), truthText(shape, truth, noiseFloor));
  return { dest, users: shape.users, items: shape.items, ratings: shape.ratings, noiseFloor };
}

interface Rows {
  user: Int32Array;
  item: Int32Array;
  rating: Uint8Array;
  time: Uint32Array;
}

/** Each user's items without repetition, by popularity, in one sitting each. */
async function drawRows(shape: RatingsSampleShape, truth: PlantedTruth, signal?: AbortSignal): Promise<Rows> {
  const random = new Random(`ratings-${shape.seed}`).fork('ratings');
  const counts = activity(shape);
  const table = popularity(shape);
  const rows: Rows = {
    user: new Int32Array(shape.ratings),
    item: new Int32Array(shape.ratings),
    rating: new Uint8Array(shape.ratings),
    time: new Uint32Array(shape.ratings),
  };
  const takenBy = new Int32Array(shape.items).fill(-1);
  let at = 0;
  for (let user = 0; user < shape.users; user++) {
    if (user % 1000 === 0) {
      await new Promise(setImmediate);
      if (signal?.aborted === true) throw cancelled();
    }
    let time = Math.floor(random.between(FIRST, LAST - 100_000));
    for (let k = 0; k < counts[user]!; k++) {
      let item = table.draw(random);
      // A very active user has the popular items already: after some tries any item will do.
      for (let tries = 0; takenBy[item] === user; tries++)
        item = tries < 30 ? table.draw(random) : random.integer(shape.items);
      takenBy[item] = user;
      const value = plantedMean(truth, user, item) + planted.noise * random.normal();
      time += 1 + random.integer(60);
      rows.user[at] = user;
      rows.item[at] = item;
      rows.rating[at] = Math.min(5, Math.max(1, Math.round(value)));
      rows.time[at++] = time;
    }
  }
  return rows;
}

function writeItems(path: string, truth: PlantedTruth, random: Random): void {
  const lines = inventTitles(truth, random).map(
    ({ title, year }, item) => `${item + 1}|${title}|01-Jan-${year}|||${new Array(19).fill(0).join('|')}\n`,
  );
  writeFileSync(path, lines.join(''), 'latin1');
}

function truthText(
  { seed }: RatingsSampleShape,
  truth: PlantedTruth,
  noiseFloor: DrawnRatings['noiseFloor'],
): string {
  const round = (values: Float64Array): number[] =>
    Array.from(values, (value) => Math.round(value * 1e4) / 1e4);
  return `${JSON.stringify({
    about:
      'Ratings are round(mean + user bias + item bias + user factors · item factors + noise), cut to 1 … 5. The noise floor is the root mean squared error of the best possible prediction.',
    seed,
    noiseFloor,
    planted,
    itemBias: round(truth.itemBias),
    itemFactors: round(truth.itemFactors),
  })}\n`;
}

function checkShape({ users, items, ratings }: RatingsSampleShape): void {
  const most = users * Math.floor(items * 0.45);
  if (users >= 2 && items >= 20 && ratings >= users && ratings <= most && ratings <= 200_000_000) return;
  throw new GranaryError(
    'USAGE',
    `${ratings} ratings by ${users} users of ${items} items cannot be drawn.`,
    `At least 2 users and 20 items; at least one rating a user, and at most ${most} here, 45 % of the table.`,
  );
}

/** A text file written in large pieces. */
class LineFile {
  readonly #handle: number;
  #lines: string[] = [];

  constructor(path: string) {
    this.#handle = openSync(path, 'wx');
  }

  add(line: string): void {
    if (this.#lines.push(line) >= LINES_A_WRITE) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#handle);
  }

  #flush(): void {
    writeAll(this.#handle, Buffer.from(this.#lines.join('')));
    this.#lines = [];
  }
}
