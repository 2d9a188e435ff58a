import { z } from 'zod';
import { runFitSchema } from '../records/memory-fit.ts';
import { memoryMarginSchema } from '../records/memory-plan.ts';
import { memorySettingsSchema } from '../records/workspace-settings.ts';

/** `measuring`: a worker predicts it, and news comes when it has. `unknown`: it cannot be predicted. */
export const fitAnswerSchema = z.union([runFitSchema, z.enum(['measuring', 'unknown'])]);
export type FitAnswer = z.infer<typeof fitAnswerSchema>;

/** How runs of the workspace use memory, and where that is kept. */
export const memorySettingsViewSchema = z.object({
  settings: memorySettingsSchema,
  /** The file that the workspace keeps it in. */
  path: z.string(),
  /** The margin of GRANARY_MEMORY_MARGIN, which wins; null where it is not set. */
  environment: memoryMarginSchema.nullable(),
});
export type MemorySettingsView = z.infer<typeof memorySettingsViewSchema>;

/** What a change may state: only what is to differ. */
export const memorySettingsChangeSchema = z.strictObject({
  margin: z
    .strictObject({ share: z.number().min(0).max(0.9), leastMb: z.number().min(0).max(1e6) })
    .optional(),
  whenShort: memorySettingsSchema.shape.whenShort.unwrap().optional(),
});
