import { renameSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism, setPriority } from 'node:os';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { makeFolder } from '../files/make-folder.ts';
import { toErrorPayload } from '../../shared/errors.ts';
import {
  type ThumbnailReply,
  type ThumbnailRequest,
  thumbnailRequestSchema,
} from '../../shared/ipc/thumbnails.ts';
import { thumbnailPath } from '../files/thumbnail-path.ts';
import { readConfined, reduceForScreen } from '../preprocess/thumbnail.ts';
import { endWithParent } from './orphan-watch.ts';

/**
 * The thumbnail worker's life: requests in, files and answers out, until the channel closes. Pictures of strangers are decoded here
 * and never in the main process, so what breaks a decoder ends this process and nothing else.
 */
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism() + 2));
sharp.concurrency(1);
sharp.cache(false);
try {
  // Training goes first.
  setPriority(10);
} catch {
  // Not allowed everywhere, and not needed.
}

async function make(request: ThumbnailRequest): Promise<Extract<ThumbnailReply, { ok: true }>> {
  const { ticket, root, path, size, cache } = request;
  const file = await readConfined(root, path, request.sha256);
  const target = thumbnailPath(cache, file.sha256, size);
  const known = await stat(target).catch(() => null);
  if (known !== null && known.size > 0) return { ok: true, ticket, path: target, bytes: 0 };
  const jpeg = await reduceForScreen(file.bytes, size, path);
  makeFolder(dirname(target));
  // Renamed when whole: main must never read half a picture. A cache need not survive a power cut, so nothing is synced.
  const part = `${target}.${process.pid}-${ticket}.part`;
  writeFileSync(part, jpeg);
  renameSync(part, target);
  return { ok: true, ticket, path: target, bytes: jpeg.length };
}

function reply(message: ThumbnailReply): void {
  if (process.connected) process.send?.(message);
}

endWithParent();
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message: unknown) => {
  const request = thumbnailRequestSchema.safeParse(message);
  if (!request.success) return;
  make(request.data).then(reply, (error: unknown) => {
    const { code, message: text, fix } = toErrorPayload(error);
    reply({ ok: false, ticket: request.data.ticket, error: { code, message: text, fix } });
  });
});
