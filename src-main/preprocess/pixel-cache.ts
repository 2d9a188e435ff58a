import { closeSync, futimesSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import type { ImageRecord } from '../../shared/records/dataset.ts';
import type { PadMode, ResizeMethod } from '../../shared/records/run-config.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { entryPath } from '../files/paths.ts';
import { BatchReader, type Ticket } from './batch-reader.ts';
import { makeRoom, sweepParts } from './cache-space.ts';
import { fillCache } from './fill-cache.ts';
import { type PixelSettings, settingsKey, slotBytes } from './pixel-settings.ts';
import { DamagedSlot, type SlotSource, readSlots } from './read-slots.ts';
import { FOOTER_BYTES, INDEX_ENTRY, type OpenSegment, SEGMENT_SUFFIX, openSegment } from './segment.ts';

export type { Ticket } from './batch-reader.ts';

export interface PixelCacheOptions {
  workspace: string;
  /** The dataset's root, which the records' paths are below. */
  root: string;
  records: readonly ImageRecord[];
  /** Size of the cached pixels (the presize). */
  size: ImageSize;
  resize: ResizeMethod;
  padMode: PadMode;
  /** At most ten times a second, and once at the end; never when nothing is missing. */
  onProgress?: (progress: PixelProgress) => void;
  signal?: AbortSignal;
  /** Most bytes that the whole cache may hold; see `makeRoom` for the default. */
  limitBytes?: number;
  /** The built reader thread; tests bring their own. */
  readerThread?: string;
  /** The built thread that scales pictures; tests bring their own. */
  fitThread?: string;
}

/** How far the decoding is, in the words of a worker's progress event. */
export interface PixelProgress {
  stage: string;
  done: number;
  total: number;
  unit: string;
  perSecond: number | null;
}

/**
 * Opens the decoded pictures of a dataset, after decoding those that are missing. Pictures are known by the hash of their
 * file, so datasets and runs that share files share pixels. Segments that are not whole are deleted and decoded anew.
 * @throws GranaryError DATASET_CHANGED, IMAGE_UNREADABLE, IMAGE_TOO_LARGE, NO_SPACE, CANCELLED, CONFIG_INVALID
 */
export async function openPixelCache(options: PixelCacheOptions): Promise<PixelCache> {
  const settings: PixelSettings = { size: options.size, resize: options.resize, padMode: options.padMode };
  const root = join(options.workspace, layout.pixels);
  const folder = join(root, settingsKey(settings));
  const bytes = slotBytes(settings);
  makeFolder(folder);
  sweepParts(folder);

  let found = findSegments(folder, bytes, options.records);
  if (found.missing.length > 0) {
    try {
      const keep = new Set(found.segments.map((segment) => segment.path));
      makeRoom(root, found.missing.length * (bytes + INDEX_ENTRY) + FOOTER_BYTES, keep, options.limitBytes);
      await fillCache(folder, options.root, found.missing, settings, {
        onDone: counter(found.missing.length, options.onProgress),
        signal: options.signal,
        fitThread: options.fitThread,
      });
    } finally {
      closeSegments(found.segments);
    }
    found = findSegments(folder, bytes, options.records);
    if (found.missing.length > 0) {
      closeSegments(found.segments);
      throw new GranaryError(
        'CACHE_CORRUPT',
        `${found.missing.length} decoded pictures vanished from ${folder} as soon as they were written.`,
        'See whether another program deletes files there, then start again.',
      );
    }
  }
  markUsed(found.segments);
  return new PixelCache(found.segments, found.places, options.records, bytes, options.readerThread);
}

/** Decoded pictures of a dataset, read by index. Close it. */
export class PixelCache {
  readonly #segments: OpenSegment[];
  /** Pairs of (segment, slot), by index. */
  readonly #places: Int32Array;
  readonly #slotBytes: number;
  readonly #indices: Map<string, number>;
  readonly #threadPath: string | undefined;
  #reader: BatchReader | undefined;

  constructor(
    segments: OpenSegment[],
    places: Int32Array,
    records: readonly ImageRecord[],
    slotBytes: number,
    threadPath?: string,
  ) {
    this.#segments = segments;
    this.#places = places;
    this.#slotBytes = slotBytes;
    this.#indices = new Map(records.map((record, index) => [record.id, index]));
    this.#threadPath = threadPath;
  }

  /** Place of an image id; the order is that of the records. */
  indexOf(id: string): number {
    const index = this.#indices.get(id);
    if (index === undefined) throw new RangeError(`No picture "${id}" in this cache`);
    return index;
  }

  /**
   * Reads pictures in this thread.
   * @param into `indices.length × height × width × 3` bytes
   * @throws GranaryError CACHE_CORRUPT
   */
  read(indices: readonly number[], into: Uint8Array): void {
    this.#guard(() => readSlots(this.#sources(), this.#slotBytes, this.#lookUp(indices), into));
  }

  /** Has a thread read pictures into shared memory, also while this thread is inside a native call. */
  prefetch(indices: readonly number[]): Ticket {
    this.#reader ??= new BatchReader(
      { sources: this.#sources(), slotBytes: this.#slotBytes },
      this.#threadPath ?? entryPath('reader-thread'),
    );
    return this.#reader.ask(this.#lookUp(indices));
  }

  /**
   * Waits for what was prefetched. The pixels, `[n, height, width, 3]`, are valid until the next take but one.
   * @throws GranaryError CACHE_CORRUPT
   */
  take(ticket: Ticket): Uint8Array {
    return this.#guard(() => this.#reader!.take(ticket));
  }

  /** Ends the thread and closes the files; nothing may be read after it. */
  close(): void {
    const close = (): void => closeSegments(this.#segments.splice(0));
    if (this.#reader === undefined) close();
    else void this.#reader.close().then(close);
    this.#reader = undefined;
  }

  #lookUp(indices: readonly number[]): Int32Array {
    const places = new Int32Array(indices.length * 2);
    indices.forEach((index, i) => {
      if (!(index >= 0 && index * 2 < this.#places.length)) throw new RangeError(`No picture ${index}`);
      places[i * 2] = this.#places[index * 2]!;
      places[i * 2 + 1] = this.#places[index * 2 + 1]!;
    });
    return places;
  }

  #sources(): SlotSource[] {
    return this.#segments.map(({ handle, checksums }) => ({ handle, checksums }));
  }

  /** A damaged segment is deleted, so that the next start decodes its pictures anew. */
  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof DamagedSlot)) throw error;
      const { path } = this.#segments[error.source]!;
      rmSync(path, { force: true });
      throw new GranaryError(
        'CACHE_CORRUPT',
        `The pixel cache's file ${path} was damaged on disk and has been deleted.`,
        'Start again: its pictures will be decoded anew. If it happens again, check the disk.',
        { cause: error },
      );
    }
  }
}

interface Found {
  segments: OpenSegment[];
  /** Pairs of (segment, slot) a record; −1 where the picture is missing. */
  places: Int32Array;
  /** One record for each missing file. */
  missing: ImageRecord[];
}

/** Opens the segments that hold any of the records' pictures. */
function findSegments(folder: string, bytes: number, records: readonly ImageRecord[]): Found {
  const indices = new Map<string, number[]>();
  records.forEach(({ sha256 }, i) => {
    const same = indices.get(sha256);
    if (same === undefined) indices.set(sha256, [i]);
    else same.push(i);
  });
  const segments: OpenSegment[] = [];
  const places = new Int32Array(records.length * 2).fill(-1);
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(SEGMENT_SUFFIX)) continue;
    const path = join(folder, name);
    const segment = openSegment(path, bytes);
    if (segment === null) {
      rmSync(path, { force: true });
      continue;
    }
    let wanted = false;
    for (const [hash, slot] of segment.slots) {
      const same = indices.get(hash);
      if (same === undefined || places[same[0]! * 2]! >= 0) continue;
      wanted = true;
      for (const index of same) places.set([segments.length, slot], index * 2);
    }
    if (wanted) segments.push(segment);
    else closeSync(segment.handle);
  }
  const missing = [...indices.values()]
    .map(([first]) => first!)
    .filter((first) => places[first * 2]! < 0)
    .map((first) => records[first]!);
  return { segments, places, missing };
}

/** The time of last use decides what is deleted first. */
function markUsed(segments: readonly OpenSegment[]): void {
  const now = new Date();
  for (const { handle } of segments) {
    try {
      futimesSync(handle, now, now);
    } catch {
      // Another user's file, or a read-only disk: it can be read all the same.
    }
  }
}

function closeSegments(segments: readonly OpenSegment[]): void {
  for (const { handle } of segments) closeSync(handle);
}

function counter(total: number, onProgress: PixelCacheOptions['onProgress']): () => void {
  const started = performance.now();
  let done = 0;
  let last = -Infinity;
  return () => {
    done++;
    const now = performance.now();
    if (onProgress === undefined || (done < total && now - last < 100)) return;
    last = now;
    const seconds = (now - started) / 1000;
    onProgress({
      stage: 'decoding pictures',
      done,
      total,
      unit: 'pictures',
      perSecond: seconds > 0 ? done / seconds : null,
    });
  };
}
