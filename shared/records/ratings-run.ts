import { z } from 'zod';
import { ratingsOptionsSchema } from './ratings.ts';
import { emptyNotes, runNotesSchema } from './run-notes.ts';
import { runStateSchema, unfinishedResultSchema } from './run-record.ts';

/** How a ratings run draws its validation ratings. */
export const ratingsSplitSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('random'), validFraction: z.number().gt(0).lt(1).default(0.2) }),
  /** The latest ratings validate. */
  z.object({ type: z.literal('time'), validFraction: z.number().gt(0).lt(1).default(0.2) }),
  /** One of each user: the latest, or one drawn where there are no times. */
  z.object({ type: z.literal('leave-one-out') }),
  /** Absolute path of a second ratings file. */
  z.object({ type: z.literal('file'), path: z.string() }),
]);
export type RatingsSplitChoice = z.infer<typeof ratingsSplitSchema>;

/** Everything that decides the training of a recommender. */
export const ratingsConfigSchema = z.object({
  version: z.literal(1).default(1),
  kind: z.literal('ratings').default('ratings'),
  /** Absolute path of the ratings file. */
  ratings: z.string(),
  options: ratingsOptionsSchema.default({}),
  model: z.enum(['dot', 'dot-bias', 'ncf']).default('dot-bias'),
  /** Latent factors of a user and of an item. `ncf` sizes its embeddings by fastai's rule instead. */
  factors: z.number().int().min(1).max(4096).default(50),
  /** Hidden layers of `ncf`. */
  layers: z.array(z.number().int().min(1).max(65_536)).min(1).default([100, 50]),
  /** Lowest and highest prediction. auto: half a step beyond the lowest and highest rating; none: no sigmoid. */
  range: z.union([z.enum(['auto', 'none']), z.tuple([z.number(), z.number()])]).default('auto'),
  /** mean: a score of 0 predicts the training mean; none: the middle of the range, as in the lesson. */
  intercept: z.enum(['none', 'mean']).default('mean'),
  weightDecay: z.number().min(0).default(0.1),
  /**
   * per-rating: each rating's loss has decay × the squared weights of its user's and its item's row beside it (Koren, Bell and
   * Volinsky 2009). decoupled: AdamW's, as fastai's default optimizer does it. l2: decay × weight added to every gradient. auto:
   * per-rating where a dot product learns ratings, else decoupled; the run's record has which.
   */
  decay: z.enum(['auto', 'per-rating', 'decoupled', 'l2']).default('auto'),
  epochs: z.number().int().min(1).max(10_000).default(5),
  batchSize: z.number().int().min(1).max(1_048_576).default(64),
  /** Peak learning rate of the one cycle. */
  lr: z.number().positive().default(3e-3),
  /** Negatives drawn for each item that a user took; only without ratings. */
  negatives: z.number().int().min(1).max(100).default(4),
  /** auto: dense below a million parameters, sparse above. */
  optimizer: z.enum(['auto', 'dense', 'sparse']).default('auto'),
  split: ratingsSplitSchema.prefault({ type: 'random' }),
  seed: z.number().int().min(0).max(0xffffffff),
});
export type RatingsConfig = z.infer<typeof ratingsConfigSchema>;

/** One line of a ratings run's `epochs.jsonl`. Errors are of the validation ratings; null without ratings. */
export const ratingsEpochSchema = z.object({
  version: z.literal(1),
  epoch: z.number().int().min(1),
  /** Mean over the epoch, each rating before the step that it belongs to. */
  trainLoss: z.number(),
  /** Squared error, or binary cross-entropy with the validation's negatives. */
  validLoss: z.number(),
  mse: z.number().nullable(),
  rmse: z.number().nullable(),
  mae: z.number().nullable(),
  /** Optimizer steps so far. */
  step: z.number().int(),
  trainSeconds: z.number(),
  validSeconds: z.number(),
  ratingsPerSecond: z.number(),
  peakRssMb: z.number(),
  time: z.string(),
});
export type RatingsEpoch = z.infer<typeof ratingsEpochSchema>;

/** `config.json` of a ratings run. */
export const ratingsHeaderSchema = z.object({
  version: z.literal(1),
  kind: z.literal('ratings'),
  id: z.string(),
  name: z.string(),
  queue: z.string().nullable(),
  created: z.string(),
  config: ratingsConfigSchema,
  datasetHash: z.string(),
  datasetName: z.string(),
  /** SHA-256 of the validation rows: results are only comparable when it is the same. */
  validHash: z.string(),
  implicit: z.boolean(),
  counts: z.object({
    users: z.number(),
    items: z.number(),
    train: z.number(),
    valid: z.number(),
    /** Validation rows of a user or an item that training never saw. */
    coldUsers: z.number(),
    coldItems: z.number(),
  }),
  range: z.tuple([z.number(), z.number()]).nullable(),
  parameters: z.number().int(),
  optimizer: z.enum(['dense', 'sparse']),
  /** The worker's peak as it was predicted, MiB; null in runs of earlier versions. */
  predictedMb: z.number().nullable().default(null),
  stepsPerEpoch: z.number().int(),
  warnings: z.array(z.string()),
  versions: z.object({ granary: z.string(), node: z.string(), tensorflow: z.string() }),
});
export type RatingsHeader = z.infer<typeof ratingsHeaderSchema>;

/** How well a list of recommendations finds what was left out; means over users, 0 to 1. */
export const rankingFiguresSchema = z.object({
  k: z.number().int(),
  users: z.number().int(),
  precision: z.number(),
  recall: z.number(),
  ndcg: z.number(),
  map: z.number(),
  /** Share of all items that is recommended to anybody. */
  coverage: z.number(),
});
export type RankingFigures = z.infer<typeof rankingFiguresSchema>;

/** What a model must beat: errors of predictors that know means only; null without ratings. */
export const ratingsBaselinesSchema = z.object({
  globalMean: z.object({ mse: z.number(), rmse: z.number() }),
  /** Item's and user's deviation from the mean, each damped towards 0. */
  itemUserMeans: z.object({ mse: z.number(), rmse: z.number() }),
});

/** `result.json` of a ratings run. */
export const ratingsResultSchema = z.discriminatedUnion('status', [
  z.object({
    version: z.literal(1),
    status: z.literal('finished'),
    mse: z.number().nullable(),
    rmse: z.number().nullable(),
    mae: z.number().nullable(),
    validLoss: z.number(),
    best: z.object({ epoch: z.number().int(), validLoss: z.number() }),
    baselines: ratingsBaselinesSchema.nullable(),
    /** Where one item of each user was left out, or there are no ratings; the second is that of the most taken items. */
    ranking: z.object({ model: rankingFiguresSchema, popularity: rankingFiguresSchema }).nullable(),
    epochs: z.number().int(),
    steps: z.number().int(),
    /** Native calls that trained: many steps are one where batches are small. */
    calls: z.number().int(),
    seconds: z.number(),
    peakRssMb: z.number(),
    finished: z.string(),
  }),
  unfinishedResultSchema,
]);
export type RatingsResult = z.infer<typeof ratingsResultSchema>;

/** What lists and tables show of a ratings run. */
export const ratingsRunSchema = z.object({
  kind: z.literal('ratings'),
  id: z.string(),
  state: runStateSchema,
  header: ratingsHeaderSchema.nullable(),
  epochs: z.array(ratingsEpochSchema),
  result: ratingsResultSchema.nullable(),
  /** What people say of it. */
  notes: runNotesSchema.default(emptyNotes),
  problem: z.string().nullable(),
});
export type RatingsRun = z.infer<typeof ratingsRunSchema>;
