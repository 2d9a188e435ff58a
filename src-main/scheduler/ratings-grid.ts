import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ErrorPayload, GranaryError } from '../../shared/errors.ts';
import {
  type RatingsBlock,
  type RatingsGrid,
  ratingsBlockSchema,
  ratingsRunName,
} from '../../shared/records/ratings-grid.ts';
import type { RatingsOptions } from '../../shared/records/ratings.ts';
import { type RatingsConfig, ratingsConfigSchema } from '../../shared/records/ratings-run.ts';
import { checkShrink } from '../../shared/recommender/shrink-limit.ts';
import { invalidConfig } from './grid.ts';
import { type GridForm, eachRunOf, reasonOf } from './grid-product.ts';

/** A ratings file and how it is read. */
export interface RatingsSource {
  path: string;
  options: RatingsOptions;
}

/** One recommender that a sweep asks for, checked and fully resolved. */
export interface PlannedRatings {
  kind: 'ratings';
  name: string;
  config: RatingsConfig;
}

/** One that cannot be trained, and why. Its config has what was asked for as far as a config can. */
export interface InvalidRatings extends PlannedRatings {
  error: ErrorPayload;
}

/** A block with one value a key. */
type RatingsRunRequest = {
  [K in Exclude<keyof RatingsBlock, 'layers' | 'range'>]: Exclude<RatingsBlock[K], readonly unknown[]>;
} & { layers?: number[]; range?: RatingsConfig['range'] };

const isNumber = (first: unknown): boolean => typeof first === 'number';
const form: GridForm = {
  keys: Object.keys(ratingsBlockSchema.shape),
  unnamed: ['model', 'factors', 'weightDecay', 'decay'],
  lists: { layers: isNumber, range: isNumber },
};

/**
 * Every recommender of a sweep. Without seeds of their own all get one, so that they share split and start and can be compared.
 * @throws GranaryError GRID_INVALID when there are too many
 */
export function planRatingsGrid(
  grid: RatingsGrid,
  source: RatingsSource,
): (PlannedRatings | InvalidRatings)[] {
  const seed = randomInt(2 ** 32);
  return eachRunOf<RatingsRunRequest>(withoutCopies(grid), form).map(({ run, suffix, where }) => {
    const request = { ...run, seed: run.seed ?? seed };
    try {
      const planned = planRun(request, source);
      return { ...planned, name: planned.name + suffix };
    } catch (error) {
      return { ...asFarAsItGoes(request, source, suffix), error: reasonOf(error, where) };
    }
  });
}

/**
 * Networks size their embeddings by rule, so a list of factors would only make copies of them: their blocks keep the first.
 */
function withoutCopies({ defaults, blocks }: RatingsGrid): Pick<RatingsGrid, 'blocks'> {
  const whole = blocks.map((block) => ({ ...defaults, ...block }));
  return {
    blocks: whole.flatMap((block) => {
      const models = [block.model ?? 'dot-bias'].flat();
      const others = models.filter((model) => model !== 'ncf');
      if (others.length === models.length || !Array.isArray(block.factors)) return [block];
      const networks: RatingsBlock = { ...block, model: 'ncf', factors: block.factors[0]! };
      return others.length === 0 ? [networks] : [{ ...block, model: others }, networks];
    }),
  };
}

function planRun(run: RatingsRunRequest, source: RatingsSource): PlannedRatings {
  const { split: _split, validFraction: _fraction, ...settings } = run;
  const parsed = ratingsConfigSchema.safeParse({ ...settings, ...placeOf(source), split: splitOf(run) });
  if (!parsed.success) throw invalidConfig(parsed.error.issues[0]!);
  checkShrink(parsed.data);
  return { kind: 'ratings', name: ratingsRunName(parsed.data), config: parsed.data };
}

function placeOf({ path, options }: RatingsSource): Pick<RatingsConfig, 'ratings' | 'options'> {
  const { items } = options;
  return {
    ratings: resolve(path),
    options: items === undefined ? options : { ...options, items: resolve(items) },
  };
}

function splitOf({ split = 'random', validFraction }: RatingsRunRequest): unknown {
  if (split === 'leave-one-out') return { type: split };
  if (split === 'random' || split === 'time') return { type: split, validFraction };
  const path = resolve(split);
  if (existsSync(path)) return { type: 'file', path };
  throw new GranaryError(
    'SPLIT_INVALID',
    `There is no validation file ${path}.`,
    'Write random, time, leave-one-out, or the path of a ratings file.',
  );
}

/** The settings that a config can have, one by one; the others are left at their defaults. */
function asFarAsItGoes(run: RatingsRunRequest, source: RatingsSource, suffix: string): PlannedRatings {
  const base = { ...placeOf(source), seed: 0 };
  const usable = Object.entries(run).filter(
    ([key, value]) => key !== 'split' && ratingsConfigSchema.safeParse({ ...base, [key]: value }).success,
  );
  const config = ratingsConfigSchema.parse({ ...base, ...Object.fromEntries(usable) });
  const { model, factors, weightDecay, decay } = { ...config, ...run };
  return {
    kind: 'ratings',
    name: ratingsRunName({ ...config, model, factors, weightDecay, decay } as RatingsConfig) + suffix,
    config,
  };
}
