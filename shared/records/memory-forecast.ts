import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { precisionSchema } from './precision.ts';

/** Everything about a run that decides how much memory it takes. */
export const memoryQuestionSchema = z.object({
  /** timm's id, without a tag. */
  arch: z.string(),
  size: imageSizeSchema,
  presize: imageSizeSchema,
  /** Number of classes of each target. */
  classes: z.array(z.number().int().min(1)).min(1),
  /** Effective batch. */
  batchSize: z.number().int().min(1),
  /** Accumulations to answer for; each divides the batch. */
  accums: z.array(z.number().int().min(1)).min(1),
  precision: precisionSchema,
  /** Whether it is for a card, whose graphs consist of other ops. */
  card: z.boolean(),
});
export type MemoryQuestion = z.infer<typeof memoryQuestionSchema>;

/** What a worker takes at most with one way to train. MiB. */
export const memoryNeedSchema = z.object({
  accum: z.number().int(),
  checkpointing: z.boolean(),
  /** Resident main memory of a worker that trains on the processor. */
  mainMb: z.number(),
  /** A card's memory; an estimate that no card has confirmed yet. */
  cardMb: z.number(),
  /** What is alive at once within a step beside weights, optimizer and sums of gradients. */
  activationsMb: z.number(),
});

export const memoryForecastSchema = z.object({
  question: memoryQuestionSchema,
  needs: z.array(memoryNeedSchema),
  /** Trained values, and the bytes that weights, optimizer and sums of gradients take in MiB. */
  parameters: z.number(),
  weightsMb: z.number(),
  recordMs: z.number(),
  predictMs: z.number(),
});
export type MemoryForecast = z.infer<typeof memoryForecastSchema>;
