import { z } from 'zod';
import { errorPayloadSchema } from './error-codes.ts';

/** What main asks the thumbnail worker: one picture, reduced. */
export const thumbnailRequestSchema = z.object({
  ticket: z.number().int(),
  /** Absolute path that the file must lie below, once links are followed. */
  root: z.string(),
  /** Path below the root. */
  path: z.string(),
  /** SHA-256 that the file must have; null where nobody has looked at it yet. */
  sha256: z.string().nullable(),
  /** Longest side of the thumbnail. */
  size: z.number().int().positive().max(4096),
  /** Folder of the thumbnails. */
  cache: z.string(),
});
export type ThumbnailRequest = z.infer<typeof thumbnailRequestSchema>;

/** Its answer, in any order. `path`: the thumbnail's file, whole. */
export const thumbnailReplySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), ticket: z.number().int(), path: z.string(), bytes: z.number() }),
  z.object({ ok: z.literal(false), ticket: z.number().int(), error: errorPayloadSchema }),
]);
export type ThumbnailReply = z.infer<typeof thumbnailReplySchema>;
