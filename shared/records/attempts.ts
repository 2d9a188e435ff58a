import { z } from 'zod';
import { errorCodeSchema } from '../ipc/error-codes.ts';
import { memoryPlanSchema } from './memory-plan.ts';

/** One process that worked at a run. */
export const attemptSchema = z.object({
  /** Counts from 1. */
  number: z.number().int().min(1),
  started: z.string(),
  /** Why it was started, in words: the first, or what ended the one before. */
  reason: z.string(),
  accum: z.number().int(),
  microBatch: z.number().int(),
  /** Whether each block's activations were computed again in the backward pass. Older records do not say. */
  checkpointing: z.boolean().optional(),
  /** Where it began: finished epochs, steps of the next one, optimizer steps in all. Null: at the run's beginning. */
  from: z.object({ epoch: z.number().int(), windows: z.number().int(), step: z.number().int() }).nullable(),
  /** How it was made to fit the memory at its launch; null where nothing was planned. */
  memory: memoryPlanSchema.nullable(),
  /** Highest resident memory that it told of. */
  peakRssMb: z.number().nullable(),
  /** What it took of its card, MiB; absent or null without one. */
  peakCardMb: z.number().nullable().optional(),
  /** Null while it works, and where the scheduler was gone before it ended. */
  ended: z.string().nullable(),
  outcome: z.union([z.literal('finished'), errorCodeSchema]).nullable(),
  message: z.string().nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** `attempts.json` of a run folder: every process that worked at it, in order. Written by the scheduler. */
export const attemptsSchema = z.object({ version: z.literal(1), attempts: z.array(attemptSchema) });
