import { z } from 'zod';

/** What one record of a dataset is. Ratings come with the recommenders; the field is there from the start. */
export const datasetKindSchema = z.enum(['image', 'ratings']);

/** One thing to be predicted. `classes` are sorted by code point; a class index is a place in this array. */
export const targetSpecSchema = z.object({
  name: z.string().min(1),
  kind: z.literal('category'),
  classes: z.array(z.string()),
  /** Number of usable training pictures in each class, in the order of `classes`. */
  counts: z.array(z.number().int().nonnegative()),
});
export type TargetSpec = z.infer<typeof targetSpecSchema>;

/** One picture. Everything joins by `id`; no order of files or rows ever means anything. */
export const imageRecordSchema = z.object({
  /** Unique in the dataset: the CSV's image id, or the path below the root with forward slashes. */
  id: z.string().min(1),
  /** Path below the dataset's root, with forward slashes. */
  path: z.string().min(1),
  /** The label of each target, in the order of the manifest's targets; null where it is missing. Empty for test pictures. */
  labels: z.array(z.string().nullable()),
  /** Size as it is seen: after the EXIF orientation is applied. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  bytes: z.number().int().positive(),
  /** SHA-256 of the file, hex. Pixel caches are keyed by it. */
  sha256: z.string().length(64),
});
export type ImageRecord = z.infer<typeof imageRecordSchema>;

export const problemCodes = [
  'unreadable',
  'truncated',
  'empty-file',
  'wrong-extension',
  'too-many-pixels',
  'exact-duplicate',
  'conflicting-labels',
  'row-without-file',
  'file-without-row',
  'duplicate-row',
  'missing-label',
  'small-class',
  'empty-class',
  'similar-class',
  'outside-root',
] as const;

/** Something that a check found. `error`: the pictures named are left out; `warning`: they are kept. */
export const problemSchema = z.object({
  code: z.enum(problemCodes),
  severity: z.enum(['error', 'warning']),
  /** What happened and what follows, in one sentence. */
  message: z.string(),
  /** Image ids or paths concerned (at most 1,000 are kept; `count` has them all). */
  ids: z.array(z.string()),
  /** Of each of `ids`: the file below the root, and what is known about it. Absent in manifests of older versions. */
  items: z.array(z.object({ path: z.string().nullable(), about: z.string().nullable() })).optional(),
  count: z.number().int().positive(),
});
export type Problem = z.infer<typeof problemSchema>;

/** One of several pictures with the same bytes. */
export const copySchema = z.object({
  id: z.string(),
  path: z.string(),
  set: z.enum(['train', 'test']),
  /** As they were read, in the order of the manifest's targets; copies that disagree lose them. Empty for test pictures. */
  labels: z.array(z.string().nullable()),
});
export type Copy = z.infer<typeof copySchema>;

export const columnRoleSchema = z.enum(['image', 'target', 'ignore']);
export const columnSchema = z.object({
  name: z.string(),
  role: columnRoleSchema,
  /** Number of distinct values, and a few of them, so that a person can judge the guess. */
  distinct: z.number().int().nonnegative(),
  examples: z.array(z.string()),
});

export const sampleSubmissionSchema = z.object({
  /** Path below the root. */
  path: z.string(),
  idColumn: z.string(),
  /** Columns to fill in, in their order. */
  targetColumns: z.array(z.string()).min(1),
  /** Image ids in the file's order: the order of the submission. */
  ids: z.array(z.string()),
});

/** A dataset after reading and checking it. Written to `workspace/datasets/<hash of its path>/manifest.json`. */
export const manifestSchema = z.object({
  version: z.literal(1),
  kind: z.literal('image'),
  name: z.string(),
  /** Absolute path of the dataset's root. */
  root: z.string(),
  format: z.enum(['folder', 'csv']),
  /** SHA-256 over every picture's id, file hash and labels, in id order, hex: the same pictures and labels give the same hash. */
  hash: z.string().length(64),
  targets: z.array(targetSpecSchema).min(1),
  /** CSV datasets: what each column was taken for. */
  columns: z.array(columnSchema).optional(),
  train: z.array(imageRecordSchema),
  test: z.array(imageRecordSchema),
  sampleSubmission: sampleSubmissionSchema.optional(),
  problems: z.array(problemSchema),
  /** Groups of exact copies, the first 1,000. Absent in manifests of older versions. */
  copies: z.array(z.array(copySchema).min(2)).optional(),
  /** What the reader took for granted, in sentences: folders it went into, files it passed over. */
  notes: z.array(z.string()).optional(),
  /** Counted sizes, most frequent first. */
  sizes: z.array(z.object({ width: z.number(), height: z.number(), count: z.number() })),
  stats: z.object({
    filesSeen: z.number().int(),
    usable: z.number().int(),
    leftOut: z.number().int(),
    seconds: z.number(),
    imagesPerSecond: z.number(),
  }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** How to read a dataset; every field is optional because everything can be guessed. */
export const datasetOptionsSchema = z.object({
  /** CSV datasets: the column that names the picture. */
  imageColumn: z.string().optional(),
  /** CSV datasets: the columns to predict (roles of the manifest's targets). */
  targetColumns: z.array(z.string()).optional(),
  /** Folder with the training pictures, below the root or absolute. */
  imagesDir: z.string().optional(),
  /** Folder with the test pictures; null: there is none. */
  testDir: z.string().nullable().optional(),
});
export type DatasetOptions = z.infer<typeof datasetOptionsSchema>;

/** A split file, or the split that a run drew. Ids are image ids. */
export const splitSchema = z.object({
  train: z.array(z.string()).min(1),
  valid: z.array(z.string()).min(1),
});
export type SplitFile = z.infer<typeof splitSchema>;
