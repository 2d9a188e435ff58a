import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { memoryPlanSchema } from './memory-plan.ts';
import { precisionSchema } from './precision.ts';

/** What of a run decides how it fits the memory: asked before it is queued. */
export const fitQuestionSchema = z.object({
  /** timm's id. */
  arch: z.string().min(1).max(200),
  size: imageSizeSchema,
  presize: imageSizeSchema,
  /** Effective batch. */
  batchSize: z.number().int().min(1).max(65_536),
  /** The least, where the planner may choose. */
  accum: z.number().int().min(1).max(4096),
  autoAccum: z.boolean(),
  checkpointing: z.boolean(),
  precision: precisionSchema,
  /** Number of classes of each target that is trained. */
  classes: z.array(z.number().int().min(1)).min(1).max(1000),
});
export type FitQuestion = z.infer<typeof fitQuestionSchema>;

/** How a run that is not queued yet would fit this machine. */
export const runFitSchema = z.object({
  /**
   * `fits`: now. `waits`: when other programs give memory back. `tight`: an accumulation that was asked for needs more than is
   * free; it is tried all the same. `cannot`: not even on an idle machine, so it is not run.
   */
  state: z.enum(['fits', 'waits', 'tight', 'cannot']),
  plan: memoryPlanSchema,
  /** Needed by the whole batch at once, without accumulation and without checkpointing unless it was asked for, MiB. */
  wholeMb: z.number(),
  /** What would help; null where nothing need, or where the nearest that fits is still looked for. */
  fix: z.string().nullable(),
});
export type RunFit = z.infer<typeof runFitSchema>;

/** Where a run stands between "at once" and "not at all". */
export type FitLevel = 'whole' | 'accumulation' | 'checkpointing' | 'cannot';

/** What it takes to make a run fit. A run that only waits for others' memory is as its plan on the idle machine is. */
export function fitLevel({ state, plan }: Pick<RunFit, 'state' | 'plan'>): FitLevel {
  if (state === 'cannot' || !plan.fits) return 'cannot';
  if (plan.checkpointing) return 'checkpointing';
  return plan.accum > 1 ? 'accumulation' : 'whole';
}
