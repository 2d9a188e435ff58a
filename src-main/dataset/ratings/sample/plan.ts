import { Random } from '../../random.ts';

/** What a sample is made of. The defaults are MovieLens-100k's. */
export interface RatingsSampleShape {
  users: number;
  items: number;
  ratings: number;
  seed: number;
}
export const movieLens100k: Omit<RatingsSampleShape, 'seed'> = { users: 943, items: 1682, ratings: 100_000 };

/**
 * What is planted: rating = round(mean + user's bias + item's bias + user's factors · item's factors + noise), cut to 1 … 5.
 * Standard deviations. The first factor is taste in science fiction against romance; the second, new films against old ones, is
 * too faint to be found. A hundred thousand ratings tell no more: each number learnt of every user and item costs 1 to 1.5 % of the
 * noise floor, and what is planted but cannot be learnt lies between the floor and every model (decision 087).
 */
export const planted = {
  mean: 3.55,
  userBias: 0.3,
  itemBias: 0.35,
  factors: [0.35, 0.03],
  noise: 0.95,
} as const;

/** The parameters behind a sample: biases, and factors row by row, [users or items, factors]. */
export interface PlantedTruth {
  userBias: Float64Array;
  itemBias: Float64Array;
  userFactors: Float64Array;
  itemFactors: Float64Array;
}

const normals = (random: Random, count: number, deviation: number): Float64Array =>
  Float64Array.from({ length: count }, () => random.normal() * deviation);

export function plantTruth({ users, items, seed }: RatingsSampleShape): PlantedTruth {
  const random = new Random(`ratings-${seed}`);
  const strengths = planted.factors.map(Math.sqrt);
  const table = (label: string, rows: number): Float64Array => {
    const stream = random.fork(label);
    return Float64Array.from(
      { length: rows * strengths.length },
      (_, at) => stream.normal() * strengths[at % strengths.length]!,
    );
  };
  return {
    userBias: normals(random.fork('user-bias'), users, planted.userBias),
    itemBias: normals(random.fork('item-bias'), items, planted.itemBias),
    userFactors: table('user-factors', users),
    itemFactors: table('item-factors', items),
  };
}

/** What a user would give an item before noise, rounding and cutting. */
export function plantedMean(truth: PlantedTruth, user: number, item: number): number {
  const factors = planted.factors.length;
  let sum = planted.mean + truth.userBias[user]! + truth.itemBias[item]!;
  for (let f = 0; f < factors; f++)
    sum += truth.userFactors[user * factors + f]! * truth.itemFactors[item * factors + f]!;
  return sum;
}

/**
 * How many ratings each user has: at least twenty, as in MovieLens, the rest by a log-normal share; nobody rates more than 45 % of
 * the items. Sums to `ratings` exactly.
 */
export function activity({ users, items, ratings, seed }: RatingsSampleShape): Int32Array {
  const random = new Random(`ratings-${seed}`).fork('activity');
  const least = Math.min(20, Math.floor(ratings / users));
  const most = Math.max(least, Math.floor(items * 0.45));
  const share = Float64Array.from({ length: users }, () => Math.exp(random.normal() * 1.1));
  const counts = new Int32Array(users).fill(least);
  let left = ratings - least * users;
  // Users at the limit pass their share on; a few rounds are enough.
  while (left > 0) {
    const open = share.reduce((sum, value, user) => sum + (counts[user]! < most ? value : 0), 0);
    const before = left;
    for (let user = 0; user < users && left > 0; user++) {
      const more = Math.min(left, most - counts[user]!, Math.floor((before * share[user]!) / open));
      counts[user]! += more;
      left -= more;
    }
    if (before === left)
      for (let user = 0; user < users && left > 0; user++)
        if (counts[user]! < most) {
          counts[user]!++;
          left--;
        }
  }
  return counts;
}

/** Weighted drawing in constant time: Walker's alias method, as Vose builds it (IEEE TSE 17(9), 1991). */
export class AliasTable {
  readonly #probability: Float64Array;
  readonly #alias: Int32Array;

  constructor(weights: Float64Array) {
    const n = weights.length;
    const sum = weights.reduce((a, b) => a + b, 0);
    const scaled = weights.map((weight) => (weight * n) / sum);
    this.#probability = new Float64Array(n).fill(1);
    this.#alias = new Int32Array(n);
    const [small, large]: [number[], number[]] = [[], []];
    scaled.forEach((value, i) => (value < 1 ? small : large).push(i));
    while (small.length > 0 && large.length > 0) {
      const [less, more] = [small.pop()!, large.at(-1)!];
      this.#probability[less] = scaled[less]!;
      this.#alias[less] = more;
      scaled[more]! -= 1 - scaled[less]!;
      if (scaled[more]! < 1) small.push(large.pop()!);
    }
  }

  draw(random: Random): number {
    const at = random.integer(this.#probability.length);
    return random.next() < this.#probability[at]! ? at : this.#alias[at]!;
  }
}

/** How much each item is rated, as weights: log-normal without its highest part, so that some are rated by most users and many by a handful. */
export function popularity({ items, seed }: RatingsSampleShape): AliasTable {
  const random = new Random(`ratings-${seed}`).fork('popularity');
  return new AliasTable(
    Float64Array.from({ length: items }, () => Math.exp(2 * Math.min(2.2, random.normal()))),
  );
}
