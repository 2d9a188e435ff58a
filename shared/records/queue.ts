import { z } from 'zod';
import { errorPayloadSchema } from '../ipc/error-codes.ts';
import { runConfigSchema } from './run-config.ts';

/** One run that is to be, is being, or was trained. */
export const queueItemSchema = z.object({
  /** The run's id, fixed when it is queued. */
  runId: z.string(),
  name: z.string(),
  config: runConfigSchema,
  state: z.enum(['pending', 'running', 'finished', 'failed', 'cancelled', 'interrupted']),
  error: errorPayloadSchema.nullable(),
});
export type QueueItem = z.infer<typeof queueItemSchema>;

/** `workspace/queue.json`, replaced atomically at each change. */
export const queueSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  items: z.array(queueItemSchema),
});
export type Queue = z.infer<typeof queueSchema>;
