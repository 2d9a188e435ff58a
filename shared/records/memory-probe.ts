import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { precisionSchema } from './precision.ts';

/** One way to train, to be tried for a few steps. */
export const probeQuestionSchema = z.object({
  /** timm's id, without a tag. */
  arch: z.string(),
  size: imageSizeSchema,
  presize: imageSizeSchema,
  classes: z.array(z.number().int().min(1)).min(1),
  microBatch: z.number().int().min(1),
  /** Gradients are added up over several micro-batches. */
  accumulates: z.boolean(),
  checkpointing: z.boolean(),
  precision: precisionSchema,
});
export type ProbeQuestion = z.infer<typeof probeQuestionSchema>;

/** What the steps took. MiB. */
export const probeResultSchema = z.object({
  /** Highest resident memory of the process. */
  peakMb: z.number(),
  /** What had been predicted for as many steps of this kind. */
  predictedMb: z.number(),
  predictedCardMb: z.number(),
  /** Of a card, as its driver told after the steps; null without one. */
  peakCardMb: z.number().nullable(),
  steps: z.number().int(),
  /** Of the steps after the first. */
  imagesPerSecond: z.number(),
});
export type ProbeResult = z.infer<typeof probeResultSchema>;
