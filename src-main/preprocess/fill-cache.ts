import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageRecord } from '../../shared/records/dataset.ts';
import { cancelled } from '../dataset/cancelled.ts';
import { decodePicture } from './decode.ts';
import { type PixelSettings, slotBytes } from './pixel-settings.ts';
import { SegmentWriter } from './segment-writer.ts';

/** A crash loses at most this much work; a segment is also what the cache deletes when it needs room. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

/**
 * Decodes pictures into new segments of `folder`. Each picture is decoded by one thread; twice as many and
 * two more are begun as the machine has cores, so that the threads have work while this one reads, checks and enlarges. Whatever ends it early, the pictures decoded so far are kept.
 * @param root the dataset's root
 * @param onDone called after each picture
 * @throws GranaryError DATASET_CHANGED, IMAGE_UNREADABLE, IMAGE_TOO_LARGE, NO_SPACE, CANCELLED
 */
export async function fillCache(
  folder: string,
  root: string,
  records: readonly ImageRecord[],
  settings: PixelSettings,
  hooks: { onDone?: () => void; signal?: AbortSignal },
): Promise<void> {
  const bytes = slotBytes(settings);
  const perSegment = Math.max(1, Math.floor(SEGMENT_BYTES / bytes));
  const finishing: Promise<void>[] = [];
  let writer: SegmentWriter | undefined;
  let next = 0;
  let failure: unknown;
  sharp.concurrency(1);
  sharp.cache(false);

  const finish = (): void => {
    if (writer === undefined) return;
    // A failure is noted at once: nobody listens to the promise until the pictures are through.
    finishing.push(writer.finish().catch((error: unknown) => void (failure ??= error)));
    writer = undefined;
  };
  const lane = async (): Promise<void> => {
    while (next < records.length && failure === undefined) {
      if (hooks.signal?.aborted) throw cancelled();
      const record = records[next++]!;
      const pixels = await decodeRecord(root, record, settings);
      writer ??= new SegmentWriter(folder, bytes);
      writer.append(record.sha256, pixels);
      if (writer.count === perSegment) finish();
      hooks.onDone?.();
    }
  };
  const lanes = Array.from({ length: 2 * availableParallelism() + 2 }, () =>
    lane().catch((error: unknown) => void (failure ??= error)),
  );
  await Promise.all(lanes);
  finish();
  await Promise.all(finishing);
  if (failure !== undefined) throw asSpaceError(failure, folder);
}

/** Reads, checks and decodes one file: a file that is no longer the one in the manifest would be kept under a wrong name. */
async function decodeRecord(root: string, record: ImageRecord, settings: PixelSettings): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    // Not asynchronous: reading through the thread pool waits there behind the pictures that are being decoded.
    bytes = readFileSync(join(root, record.path));
  } catch (error) {
    throw changed(record, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== record.sha256) {
    throw changed(record, 'is not the file that was inspected');
  }
  return decodePicture(bytes, record, settings, record.path);
}

function changed(record: ImageRecord, what: string): GranaryError {
  return new GranaryError(
    'DATASET_CHANGED',
    `${record.path} ${what}.`,
    'Inspect the dataset again, then start the run anew.',
  );
}

function asSpaceError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new GranaryError(
    'NO_SPACE',
    `The disk became full while decoded pictures were written to ${folder}.`,
    'Free some disk space, or choose a smaller --presize or another --workspace.',
    { cause: error },
  );
}
