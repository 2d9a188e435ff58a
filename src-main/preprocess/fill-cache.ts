import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageRecord } from '../../shared/records/dataset.ts';
import { cancelled } from '../dataset/cancelled.ts';
import { decodeNatively, decodeRaw, nativeFormat } from './decode.ts';
import type { RawPicture } from './resample.ts';
import { FitPool } from './fit-pool.ts';
import { DECODE_BATCH } from './native-decoder.ts';
import { type PixelSettings, slotBytes } from './pixel-settings.ts';
import type { PlainFormat } from './plain-format.ts';
import { SegmentWriter } from './segment-writer.ts';

/** A crash loses at most this much work; a segment is also what the cache deletes when it needs room. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** Most that one native call decodes, besides its last picture: what it gives is held twice for a moment. */
const BATCH_PIXELS = 4e6;
/** Most pictures, and bytes of them, that are decoded and not yet scaled and written. */
const MOST_WAITING = 3 * DECODE_BATCH;
const MOST_WAITING_BYTES = 48 * 1024 * 1024;

export interface FillHooks {
  /** Called after each picture. */
  onDone?: () => void;
  signal?: AbortSignal;
  /** The built thread that scales; tests bring their own. */
  fitThread?: string;
}

/**
 * Decodes pictures into new segments of `folder`. Plain JPEGs and PNGs are decoded some at once by TensorFlow's codecs, which blocks this
 * thread and uses all cores, and scaled by other threads meanwhile; all others are decoded by libvips, one thread a picture. Whatever ends it
 * early, the pictures decoded so far are kept.
 * @param root the dataset's root
 * @throws GranaryError DATASET_CHANGED, IMAGE_UNREADABLE, IMAGE_TOO_LARGE, NO_SPACE, CANCELLED
 */
export async function fillCache(
  folder: string,
  root: string,
  records: readonly ImageRecord[],
  settings: PixelSettings,
  hooks: FillHooks,
): Promise<void> {
  const bytes = slotBytes(settings);
  const perSegment = Math.max(1, Math.floor(SEGMENT_BYTES / bytes));
  const pool = new FitPool(records.length, hooks.fitThread);
  const waiting = new Set<Promise<void>>();
  const finishing: Promise<void>[] = [];
  const batches = new Map<string, PlainReadied[]>();
  let waitingBytes = 0;
  let writer: SegmentWriter | undefined;
  let failure: unknown;
  sharp.concurrency(1);
  sharp.cache(false);

  const finish = (): void => {
    if (writer === undefined) return;
    // A failure is noted at once: nobody listens to the promise until the pictures are through.
    finishing.push(writer.finish().catch((error: unknown) => void (failure ??= error)));
    writer = undefined;
  };
  const keep = async (record: ImageRecord, raw: RawPicture): Promise<void> => {
    const { pixels, checksum } = await pool.fit(raw, record, settings);
    writer ??= new SegmentWriter(folder, bytes);
    writer.append(record.sha256, pixels, checksum);
    if (writer.count === perSegment) finish();
    hooks.onDone?.();
  };
  /** Lets a picture be finished later, but not more than `most` of them. */
  const begin = async (task: Promise<void>, most: number, size: number): Promise<void> => {
    waitingBytes += size;
    const noted: Promise<void> = task
      .catch((error: unknown) => void (failure ??= error))
      .finally(() => {
        waiting.delete(noted);
        waitingBytes -= size;
      });
    waiting.add(noted);
    while (waiting.size >= most || (waitingBytes > MOST_WAITING_BYTES && waiting.size > 0)) {
      await Promise.race(waiting);
    }
  };
  const byLibvips = async ({ record, bytes: file }: Readied): Promise<void> => {
    const decode = async (): Promise<void> =>
      keep(record, await decodeRaw(file, record, settings, record.path));
    // More than there are cores, so that the threads have work while this one reads and checks.
    await begin(decode(), 2 * availableParallelism() + 2, 0);
  };
  const decodeBatch = async (batch: readonly PlainReadied[]): Promise<void> => {
    const raws = decodeNatively(batch);
    if (raws === undefined) for (const readied of batch) await byLibvips(readied);
    else {
      for (const [i, raw] of raws.entries()) {
        const size = raw.pixels.length;
        await begin(keep(batch[i]!.record, raw), MOST_WAITING, size);
      }
    }
    // Lets answers and a cancel in.
    await new Promise(setImmediate);
  };

  try {
    for (const record of records) {
      if (hooks.signal?.aborted) throw cancelled();
      if (failure !== undefined) break;
      const readied = readRecord(root, record);
      const { format } = readied;
      if (format === null) {
        await byLibvips(readied);
        continue;
      }
      const key = `${format.kind}${format.channels}`;
      const batch = batches.get(key) ?? [];
      batches.set(key, batch);
      batch.push({ ...readied, format });
      const pixels = batch.reduce((sum, { record: { height, width } }) => sum + height * width, 0);
      if (batch.length < DECODE_BATCH && pixels < BATCH_PIXELS) continue;
      batches.delete(key);
      await decodeBatch(batch);
    }
  } catch (error) {
    failure ??= error;
  }
  for (const batch of batches.values()) await decodeBatch(batch);
  await Promise.all(waiting);
  pool.close();
  finish();
  await Promise.all(finishing);
  if (failure !== undefined) throw asSpaceError(failure, folder);
}

/** A file that was read, and how it can be decoded natively; null: it cannot. */
interface Readied {
  record: ImageRecord;
  bytes: Buffer;
  format: PlainFormat | null;
}
type PlainReadied = Readied & { format: PlainFormat };

/** Reads and checks one file: a file that is no longer the one in the manifest would be kept under a wrong name. */
function readRecord(root: string, record: ImageRecord): Readied {
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
  return { record, bytes, format: nativeFormat(bytes, record) };
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
