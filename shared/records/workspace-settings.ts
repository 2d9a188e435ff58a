import { z } from 'zod';
import { memoryMarginSchema } from './memory-plan.ts';

/** What to do with a run when the memory that it needs is not free: wait until it is, or take a smaller micro-batch. */
export const whenShortSchema = z.enum(['wait', 'replan']);
export type WhenShort = z.infer<typeof whenShortSchema>;

/** How runs of a workspace use memory. */
export const memorySettingsSchema = z.object({
  margin: memoryMarginSchema.prefault({}),
  whenShort: whenShortSchema.default('replan'),
});
export type MemorySettings = z.infer<typeof memorySettingsSchema>;

/** `settings.json` of a workspace: what the app and the command line keep to alike. */
export const workspaceSettingsSchema = z.object({
  version: z.literal(1).default(1),
  memory: memorySettingsSchema.prefault({}),
});
export type WorkspaceSettings = z.infer<typeof workspaceSettingsSchema>;
