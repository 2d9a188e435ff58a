import { z } from 'zod';

/** Where an ensemble's own figure comes from. */
export const judgedOnSchema = z.enum(['holdout', 'out-of-bag', 'none']);

export const ensembleSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  created: z.string(),
  datasetHash: z.string(),
  members: z.array(
    z.object({
      run: z.string(),
      name: z.string(),
      weight: z.number().positive(),
      /** The member's own error rate per target, on the pictures that judge the ensemble. */
      errorRate: z.array(z.number()).nullable(),
    }),
  ),
  probabilities: z.enum(['plain', 'tta']),
  judgedOn: judgedOnSchema,
  /** Members that had a say on a judged picture, on average: all of them on the hold-out, fewer out of bag. */
  membersPerImage: z.number(),
  targets: z.array(
    z.object({
      name: z.string(),
      classes: z.array(z.string()),
      /** Null where nothing could judge it. */
      errorRate: z.number().nullable(),
      loss: z.number().nullable(),
      images: z.number().int(),
      /** Rows: the true class, columns: the predicted one, in the order of `classes`. */
      confusion: z.array(z.array(z.number().int())),
    }),
  ),
  /**
   * Several targets: share of the judged pictures with a label in all of them that are wrong in at least one. Null with one
   * target, absent in records of older versions.
   */
  exactMatch: z.object({ images: z.number().int(), errorRate: z.number() }).nullable().optional(),
  /** Targets that only some members predict, or that were not asked for. Absent in records of older versions. */
  leftOut: z.array(z.string()).optional(),
  submission: z.object({ path: z.string(), rows: z.number().int() }).nullable(),
});
export type Ensemble = z.infer<typeof ensembleSchema>;

/** What an ensemble comes to, before it is given an id and a submission is written. */
export const ensembleFiguresSchema = ensembleSchema.omit({
  version: true,
  id: true,
  created: true,
  submission: true,
});
export type EnsembleFigures = z.infer<typeof ensembleFiguresSchema>;
