import { z } from 'zod';

/** What a dropped path is. */
export const intakeKindSchema = z.enum([
  'folder',
  'table',
  'ratings',
  'archive',
  'picture',
  'missing',
  'other',
]);
export type IntakeKind = z.infer<typeof intakeKindSchema>;

/** A run or an ensemble that can predict. */
export const predictSourceSchema = z.object({
  id: z.string(),
  kind: z.enum(['run', 'ensemble']),
  name: z.string(),
  /** Names of an ensemble's runs; empty for a run. */
  members: z.array(z.string()),
  /** ISO 8601. */
  created: z.string(),
  dataset: z.string(),
  targets: z.array(z.string()),
  /** Of the first target, on the common hold-out or its own validation pictures; null where nobody knows. */
  errorRate: z.number().nullable(),
});
export type PredictSource = z.infer<typeof predictSourceSchema>;

export const cacheNames = ['pixels', 'thumbnails', 'imports', 'weights', 'native'] as const;
export const cacheNameSchema = z.enum(cacheNames);
export type CacheName = z.infer<typeof cacheNameSchema>;

/** A folder of things that can be made or fetched again. */
export const cacheSchema = z.object({
  name: cacheNameSchema,
  path: z.string(),
  bytes: z.number(),
  files: z.number().int(),
  /** What is in it, and what clearing it costs. */
  what: z.string(),
  cost: z.string(),
  /** Shared by all workspaces of this user. */
  shared: z.boolean(),
});
export type Cache = z.infer<typeof cacheSchema>;
