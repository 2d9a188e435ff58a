import { z } from 'zod';
import { ratingsManifestSchema, ratingsOptionsSchema } from '../records/ratings.ts';
import { ratingsConfigSchema } from '../records/ratings-run.ts';
import { runIdSchema } from '../records/queue.ts';
import { errorPayloadSchema } from './error-codes.ts';

const path = z.string().min(1).max(4096);
/** An id of a user or an item, as the ratings file writes it. */
const id = z.string().min(1).max(1000);
const count = z.number().int().min(0);

export const columnRoles = ['user', 'item', 'rating', 'time', 'ignore'] as const;

/** What a file is before it is read whole: its columns, what each seems to be, and its first cells. */
export const ratingsLookSchema = z.object({
  /** The ratings file: what was asked about, or what was found in the folder. Null where nothing looks like ratings. */
  ratings: z.string().nullable(),
  /** A file of titles beside it. */
  titles: z.string().nullable(),
  columns: z.array(z.object({ name: z.string(), role: z.enum(columnRoles), examples: z.array(z.string()) })),
});
export type RatingsLook = z.infer<typeof ratingsLookSchema>;

/** What the window shows of a ratings file. */
export const ratingsSummarySchema = ratingsManifestSchema.extend({
  options: ratingsOptionsSchema,
  columns: ratingsLookSchema.shape.columns,
});
export type RatingsSummary = z.infer<typeof ratingsSummarySchema>;
export const ratingsQuestionSchema = z.object({ path, options: ratingsOptionsSchema.default({}) });

/** A recommender that a sweep would make. */
export const ratingsPreviewSchema = z.object({
  name: z.string(),
  config: ratingsConfigSchema,
  /** Why this combination cannot be trained: it is kept as skipped. Null where it can. */
  problem: errorPayloadSchema.nullable(),
});
export type RatingsPreview = z.infer<typeof ratingsPreviewSchema>;

/** An item by its id and title. */
const namedItemSchema = z.object({ item: z.string(), title: z.string() });
/** With its ratings in training. */
const countedItemSchema = namedItemSchema.extend({ ratings: count });

/** What a finished recommender has learnt of its items. */
export const recommenderViewSchema = z.object({
  /** Best and worst given their audience, among items with at least `least` ratings in training; null without biases. */
  biases: z
    .object({
      best: z.array(countedItemSchema.extend({ bias: z.number() })),
      worst: z.array(countedItemSchema.extend({ bias: z.number() })),
    })
    .nullable(),
  /** Items on the two main axes of their factors, the most rated first. */
  scatter: z.object({
    points: z.array(countedItemSchema.extend({ x: z.number(), y: z.number() })),
    /** Share of the variance along each axis, 0 to 1. */
    explained: z.tuple([z.number(), z.number()]),
    /** Items that training saw; `points` are some of them where they are many. */
    items: count,
  }),
  /** A few users with many ratings, to begin with. */
  users: z.array(z.string()),
});
export type RecommenderView = z.infer<typeof recommenderViewSchema>;
export const recommenderQuestionSchema = z.object({
  runId: runIdSchema,
  least: z.number().int().min(1).max(1_000_000).default(10),
});

/** Items whose id or title holds a text. */
export const findItemsQuestionSchema = z.object({ runId: runIdSchema, text: z.string().max(200) });
export const foundItemsSchema = z.array(countedItemSchema);
export type FoundItems = z.infer<typeof foundItemsSchema>;

export const similarQuestionSchema = z.object({ runId: runIdSchema, item: id });
/** Items whose factors point the same way, most alike first. */
export const similarViewSchema = countedItemSchema.extend({
  similar: z.array(countedItemSchema.extend({ cosine: z.number() })),
});
export type SimilarView = z.infer<typeof similarViewSchema>;

/** Several runs predict their mean. */
export const userQuestionSchema = z.object({ runIds: z.array(runIdSchema).min(1).max(50), user: id });
/** What a recommender makes of one user. */
export const userViewSchema = z.object({
  user: z.string(),
  /** Whether training saw this user; an unknown one gets the items that the average user likes. */
  known: z.boolean(),
  /** Ratings of theirs in the file; `history` shows the highest. */
  ratings: count,
  history: z.array(namedItemSchema.extend({ rating: z.number().nullable(), predicted: z.number() })),
  /** Not yet rated by them, best first; `because` names rated items that speak for it. */
  recommended: z.array(namedItemSchema.extend({ predicted: z.number(), because: z.array(z.string()) })),
});
export type UserView = z.infer<typeof userViewSchema>;

export const reasonsQuestionSchema = z.object({ runId: runIdSchema, user: id, item: id });
/** The parts of one prediction's score, largest first; none for networks. */
export const reasonsViewSchema = namedItemSchema.extend({
  user: z.string(),
  predicted: z.number(),
  note: z.string().nullable(),
  parts: z.array(z.object({ name: z.string(), value: z.number() })),
  /** Parts that are too many to list, and their sum. */
  rest: z.object({ parts: count, value: z.number() }),
  /** What all parts come to, before intercept and range. */
  score: z.number(),
});
export type ReasonsView = z.infer<typeof reasonsViewSchema>;

/** What the mean of several recommenders comes to on their common validation ratings; null without ratings. */
export const togetherSchema = z.object({
  rows: count,
  errors: z.object({ rmse: z.number(), mae: z.number() }).nullable(),
  members: z.array(
    z.object({
      run: z.string(),
      name: z.string(),
      errors: z.object({ rmse: z.number(), mae: z.number() }).nullable(),
    }),
  ),
});
export type Together = z.infer<typeof togetherSchema>;

export const topExportQuestionSchema = z.object({
  runIds: z.array(runIdSchema).min(1).max(50),
  n: z.number().int().min(1).max(1000),
});
