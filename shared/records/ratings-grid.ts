import { z } from 'zod';
import { oneOrMany } from './grid.ts';
import { type RatingsConfig, ratingsConfigSchema } from './ratings-run.ts';

const layers = z.array(z.number().int()).min(1).max(20);
const range = z.union([z.enum(['auto', 'none']), z.tuple([z.number(), z.number()])]);
const settings = ratingsConfigSchema.shape;

/**
 * One block of a sweep over recommenders: each combination of its lists is a run. What is left out is the default of
 * {@link ratingsConfigSchema}.
 */
export const ratingsBlockSchema = z.strictObject({
  model: oneOrMany(settings.model.unwrap()).optional(),
  factors: oneOrMany(z.number().int()).optional(),
  /** Hidden layers of `ncf`; a list of such lists tries each. */
  layers: oneOrMany(layers).optional(),
  /** A pair is one range; a list of pairs and words several. */
  range: oneOrMany(range).optional(),
  intercept: oneOrMany(settings.intercept.unwrap()).optional(),
  weightDecay: oneOrMany(z.number()).optional(),
  decay: oneOrMany(settings.decay.unwrap()).optional(),
  epochs: oneOrMany(z.number().int()).optional(),
  batchSize: oneOrMany(z.number().int()).optional(),
  lr: oneOrMany(z.number()).optional(),
  negatives: oneOrMany(z.number().int()).optional(),
  optimizer: oneOrMany(settings.optimizer.unwrap()).optional(),
  /** random, time, leave-one-out, or the path of a ratings file that validates. */
  split: oneOrMany(z.string().min(1).max(4096)).optional(),
  /** Share that validates, of a random split or one by time. */
  validFraction: oneOrMany(z.number()).optional(),
  /** Default: one drawn for the whole grid, so that its runs share split and start. */
  seed: oneOrMany(z.number().int()).optional(),
});
export type RatingsBlock = z.infer<typeof ratingsBlockSchema>;

/** A sweep over recommenders, in a grid file (YAML or JSON) or from the app. A block's settings win over `defaults`. */
export const ratingsGridSchema = z.strictObject({
  version: z.literal(1).default(1),
  kind: z.literal('ratings'),
  name: z.string().max(200).optional(),
  defaults: ratingsBlockSchema.optional(),
  blocks: z.array(ratingsBlockSchema).min(1).max(1000),
});
export type RatingsGrid = z.infer<typeof ratingsGridSchema>;

const decayWords = { auto: 'wd', 'per-rating': 'wd', decoupled: 'decoupled', l2: 'l2' } as const;

/** What people call a recommender: `dot-bias 50 wd 0.1`. */
export function ratingsRunName({
  model,
  factors,
  weightDecay,
  decay,
}: Pick<RatingsConfig, 'model' | 'factors' | 'weightDecay' | 'decay'>): string {
  const size = model === 'ncf' ? '' : ` ${factors}`;
  return `${model}${size} ${decayWords[decay]} ${weightDecay}`;
}
