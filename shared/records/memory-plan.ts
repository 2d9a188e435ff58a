import { z } from 'zod';

/** What memory is budgeted: a card's, or the machine's where there is none. Amounts are MiB (2^20 bytes), as in `peakRssMb`. */
export const memoryDeviceSchema = z.object({
  kind: z.enum(['card', 'main-memory']),
  /** The card's name, or `main memory`. */
  name: z.string(),
  totalMb: z.number(),
  /** What could be had when the plan was made: other programs' memory is not in it. */
  freeMb: z.number(),
});
export type MemoryDevice = z.infer<typeof memoryDeviceSchema>;

/** How much of the free memory is left alone. */
export const memoryMarginSchema = z.object({
  /** Share of what is free. */
  share: z.number().min(0).max(0.9).default(0.06),
  leastMb: z.number().min(0).default(300),
});
export type MemoryMargin = z.infer<typeof memoryMarginSchema>;

/**
 * How a run is made to fit: `config.json` holds it as `memory`, and it is shown wherever the run is. The effective batch and the
 * learning rate are never touched.
 */
export const memoryPlanSchema = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  time: z.string(),
  device: memoryDeviceSchema,
  /** What is left alone. */
  marginMb: z.number(),
  batchSize: z.number().int(),
  accum: z.number().int(),
  microBatch: z.number().int(),
  checkpointing: z.boolean(),
  /** The worker's peak, from its recorded graph alone. */
  predictedMb: z.number(),
  /** The same, put right by what a short run on this machine took; null where none was made. */
  probedMb: z.number().nullable(),
  /** Who chose the accumulation: the planner, or the run's config. */
  chosen: z.enum(['automatic', 'asked']),
  /** False: more is needed than is free less the margin. */
  fits: z.boolean(),
  /** Why it is this one, in a sentence or two. */
  reason: z.string(),
});
export type MemoryPlan = z.infer<typeof memoryPlanSchema>;

/** What the plan counts with. */
export function neededMb({ predictedMb, probedMb }: Pick<MemoryPlan, 'predictedMb' | 'probedMb'>): number {
  return probedMb ?? predictedMb;
}
