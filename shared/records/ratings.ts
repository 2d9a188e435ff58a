import { z } from 'zod';

const column = z.string().max(1000);

/** How a ratings file is read where its columns do not name themselves: a column's name, or its number counted from 1. */
export const ratingsOptionsSchema = z.object({
  userColumn: column.optional(),
  itemColumn: column.optional(),
  /** null: there are no ratings; a row says that the user took the item. */
  ratingColumn: column.nullable().optional(),
  timeColumn: column.nullable().optional(),
  /** Absolute path of a file with the items' titles. */
  items: z.string().max(4096).optional(),
});
export type RatingsOptions = z.infer<typeof ratingsOptionsSchema>;

/** Something about a ratings file that its owner should know. Rows that cannot be used are left out and counted here. */
export const ratingsProblemSchema = z.object({
  code: z.enum([
    'RATING_NOT_NUMERIC',
    'ID_MISSING',
    'ROW_SHORT',
    'DUPLICATE',
    'USER_WITH_ONE_RATING',
    'ITEM_WITH_ONE_RATING',
    'ITEM_WITHOUT_TITLE',
    'TITLE_WITHOUT_RATING',
    'TIME_NOT_READABLE',
  ]),
  message: z.string(),
  count: z.number().int(),
  /** The first few: line numbers, or ids. */
  examples: z.array(z.string()),
});
export type RatingsProblem = z.infer<typeof ratingsProblemSchema>;

/** Who rated what, of the most active users and the most rated items; null where a user has not rated an item. */
export const crossTabSchema = z.object({
  users: z.array(z.string()),
  items: z.array(z.object({ id: z.string(), title: z.string().nullable() })),
  /** One row a user, one cell an item. */
  cells: z.array(z.array(z.number().nullable())),
});
export type CrossTab = z.infer<typeof crossTabSchema>;

/** What is known of a ratings file before anything is trained. */
export const ratingsManifestSchema = z.object({
  version: z.literal(1),
  kind: z.literal('ratings'),
  /** Absolute path of the ratings file. */
  path: z.string(),
  name: z.string(),
  /** SHA-256 of the file. */
  hash: z.string(),
  format: z.object({
    separator: z.enum(['::', '\t', ',', ';', '|', ' ']),
    header: z.boolean(),
    columns: z.array(z.string()),
    /** Of each column, its first few different cells. */
    examples: z.array(z.array(z.string())),
    user: z.string(),
    item: z.string(),
    rating: z.string().nullable(),
    time: z.string().nullable(),
  }),
  /** No ratings: users took items, or did not. */
  implicit: z.boolean(),
  users: z.number().int(),
  items: z.number().int(),
  ratings: z.number().int(),
  /** Share of all user × item pairs that is rated, 0 to 1. */
  density: z.number(),
  scale: z
    .object({ min: z.number(), max: z.number(), mean: z.number(), step: z.number().nullable() })
    .nullable(),
  /** How often each rating was given, ascending; twenty ranges where there are more than fifty different ones. */
  histogram: z.array(z.object({ rating: z.number(), count: z.number().int() })),
  /** Fewest, median and most ratings of a user and of an item. */
  perUser: z.object({ min: z.number(), median: z.number(), max: z.number() }),
  perItem: z.object({ min: z.number(), median: z.number(), max: z.number() }),
  /** Seconds since 1970 of the first and the last rating; null without times. */
  time: z.object({ first: z.number(), last: z.number() }).nullable(),
  titles: z.number().int(),
  crossTab: crossTabSchema,
  problems: z.array(ratingsProblemSchema),
  seconds: z.number(),
});
export type RatingsManifest = z.infer<typeof ratingsManifestSchema>;
