import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { errorPayloadSchema } from './error-codes.ts';

/** Pretrained weights that this machine has. */
export const cachedWeightsSchema = z.object({
  /** `id.tag` */
  name: z.string(),
  /** In Granary's cache from the hub or from a Python package, or in the cache of the hub's Python library. */
  where: z.enum(['hub', 'package', 'python']),
  bytes: z.number(),
});
export type CachedWeights = z.infer<typeof cachedWeightsSchema>;

/** Pretrained weights that runs want and this machine does not have. */
export const missingWeightsSchema = z.object({
  /** `id.tag` */
  name: z.string(),
  bytes: z.number(),
  /** False: reckoned from the number of values. */
  exact: z.boolean(),
  license: z.string().nullable(),
});
export type MissingWeights = z.infer<typeof missingWeightsSchema>;

/** Whether a file's or a run's weights fit an architecture at a size. */
export const weightsQuestionSchema = z.object({
  arch: z.string(),
  size: imageSizeSchema,
  /** `run:<id>`, or an absolute path. */
  weights: z.string(),
});
export type WeightsQuestion = z.infer<typeof weightsQuestionSchema>;

/** Why they do not, naming the parameters; null: they fit. */
export const weightsAnswerSchema = errorPayloadSchema.nullable();
