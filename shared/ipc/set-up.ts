import { z } from 'zod';
import { errorPayloadSchema } from './error-codes.ts';

/** Where the set-up of the native parts stands, at the first start of the packaged app. In a checkout it is always `ready`. */
export const setUpStateSchema = z.object({
  status: z.enum(['idle', 'working', 'ready', 'failed']),
  /** What it does now, in words. */
  doing: z.string(),
  /** 0 to 1; null where that is not known. */
  share: z.number().nullable(),
  error: errorPayloadSchema.nullable(),
});
export type SetUpState = z.infer<typeof setUpStateSchema>;
