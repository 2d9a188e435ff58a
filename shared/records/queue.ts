import { z } from 'zod';
import { errorPayloadSchema } from '../ipc/error-codes.ts';
import { gridBlockSchema } from './grid.ts';
import { ratingsBlockSchema } from './ratings-grid.ts';
import { ratingsConfigSchema } from './ratings-run.ts';
import { runConfigSchema } from './run-config.ts';

/** What a run of either kind has while it is queued. */
const queuedRun = {
  /** The run's id, fixed when it is queued. */
  runId: z.string(),
  name: z.string(),
  /** `skipped`: passed over, by a person's choice or because its settings cannot be trained (then `error` says why). */
  state: z.enum(['pending', 'running', 'finished', 'failed', 'cancelled', 'interrupted', 'skipped']),
  error: errorPayloadSchema.nullable(),
  /** Why it does not start although it is its turn; absent when nothing holds it up. */
  waiting: z.string().optional(),
};

/** A run of pictures. Queues of older versions do not say what theirs are. */
const picturesItemSchema = z.object({
  kind: z.literal('pictures').optional(),
  ...queuedRun,
  config: runConfigSchema,
  /** The accumulation that it goes on with, where memory did not suffice for the config's own. */
  accum: z.number().int().min(1).optional(),
  /** Checkpointing was switched on because memory did not suffice for one picture at a time without it. */
  checkpointing: z.literal(true).optional(),
});
export type PicturesItem = z.infer<typeof picturesItemSchema>;

/** A recommender. */
const ratingsItemSchema = z.object({ kind: z.literal('ratings'), ...queuedRun, config: ratingsConfigSchema });
export type RatingsItem = z.infer<typeof ratingsItemSchema>;

/** One run that is to be, is being, or was trained. */
export const queueItemSchema = z.union([ratingsItemSchema, picturesItemSchema]);
export type QueueItem = z.infer<typeof queueItemSchema>;

/** `workspace/queue.json`, replaced atomically at each change. */
export const queueSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  items: z.array(queueItemSchema),
  /** Nothing starts until it is gone; why, in words. `fault`: nothing can go on until something is mended, such as a full disk. */
  paused: z.object({ reason: z.string(), by: z.enum(['user', 'fault']) }).optional(),
  /** What was cleared last, each with the place that it had: it can be put back. */
  cleared: z.array(z.object({ at: z.number().int().min(0), item: queueItemSchema })).optional(),
});
export type Queue = z.infer<typeof queueSchema>;

/** A run's id is also a folder's name: nothing that could leave the runs folder passes. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/);
const runId = runIdSchema;

/**
 * What can be asked of a queue. A program that does not hold the workspace leaves it as a file in `workspace/queue-commands/`,
 * and the holder answers with another.
 */
export const queueCommandSchema = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('pause') }),
  z.object({ verb: z.literal('resume') }),
  /** Among the runs that wait. `place` counts from 1. */
  z.object({
    verb: z.literal('move'),
    runId,
    to: z.union([z.enum(['up', 'down', 'first', 'last']), z.number().int().min(1)]),
  }),
  z.object({ verb: z.literal('skip'), runId }),
  /** Failed, cancelled, interrupted or skipped: waits again, and goes on from its checkpoint where it has one. */
  z.object({ verb: z.literal('retry'), runId }),
  /** Queues the same run once more with other settings, as a grid block of the run's kind has them. */
  z.object({
    verb: z.literal('duplicate'),
    runId,
    changes: z.union([gridBlockSchema.partial(), ratingsBlockSchema]),
  }),
  z.object({ verb: z.literal('cancel'), runId, when: z.enum(['now', 'after-epoch']) }),
  /** Takes everything out of line that waits or was interrupted; what trains goes on. `runIds`: of these alone what still waits. */
  z.object({ verb: z.literal('cancel-waiting'), runIds: z.array(runId).min(1).max(100_000).optional() }),
  /** As `retry`, of several at once, all or none: what `cancel-waiting` took out, `as` it was. */
  z.object({
    verb: z.literal('put-back'),
    runs: z
      .array(z.object({ runId, as: z.enum(['pending', 'interrupted']) }))
      .min(1)
      .max(100_000),
  }),
  /** Takes everything out that has ended. */
  z.object({ verb: z.literal('clear') }),
  /** Puts back what was cleared last. */
  z.object({ verb: z.literal('restore') }),
]);
export type QueueCommand = z.infer<typeof queueCommandSchema>;
