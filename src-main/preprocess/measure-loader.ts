import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import sharp from 'sharp';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import type { ImageRecord } from '../../shared/records/dataset.ts';
import { cancelled } from '../dataset/cancelled.ts';
import { Random } from '../dataset/random.ts';
import { type PixelCache, type PixelProgress, openPixelCache } from './pixel-cache.ts';

/** As the PyTorch loader that it is compared with reads them. */
const PICTURES = /\.(jpe?g|png)$/i;
const BATCH = 64;
const PASSES = 3;

export interface LoaderFigures {
  images: number;
  /** Reading, checking, decoding, resizing and writing, on a cache that was empty. Best of three. */
  cold_images_per_s: number;
  /** Reading shuffled batches of 64 from the cache through the reader thread. Best of three passes. */
  cached_images_per_s: number;
}

/**
 * Measures the way of pictures from files to batches: first with an empty cache, then from the cache. Finding the files and
 * hashing them (what an inspection has done before a run) is not counted.
 * @param workspace the caches are made in a folder below it, and deleted
 * @throws GranaryError DATASET_NOT_FOUND, DATASET_EMPTY and what `openPixelCache` throws
 */
export async function measureLoader(
  root: string,
  size: ImageSize,
  workspace: string,
  hooks: { onProgress?: (progress: PixelProgress) => void; signal?: AbortSignal } = {},
): Promise<LoaderFigures> {
  const records = await listPictures(root, hooks.signal);
  await mkdir(workspace, { recursive: true });
  const scratch = mkdtempSync(join(workspace, 'bench-loader-'));
  try {
    let cold = Infinity;
    let cached = Infinity;
    for (let pass = 0; pass < PASSES; pass++) {
      const started = performance.now();
      const cache = await openPixelCache({
        workspace: join(scratch, String(pass)),
        root,
        records,
        size,
        resize: 'squish',
        padMode: 'zeros',
        ...hooks,
      });
      cold = Math.min(cold, performance.now() - started);
      try {
        if (pass === PASSES - 1) {
          for (let i = 0; i < PASSES; i++) cached = Math.min(cached, readShuffled(cache, records.length, i));
        }
      } finally {
        cache.close();
      }
    }
    const rate = (ms: number): number => Math.round((records.length / ms) * 1e4) / 10;
    return {
      images: records.length,
      cold_images_per_s: rate(cold),
      cached_images_per_s: rate(cached),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One pass in random order, a batch ahead, as an epoch reads. @returns milliseconds */
function readShuffled(cache: PixelCache, count: number, seed: number): number {
  const order = new Random(seed).shuffle(Array.from({ length: count }, (_, i) => i));
  const batches: number[][] = [];
  for (let start = 0; start < count; start += BATCH) batches.push(order.slice(start, start + BATCH));
  const started = performance.now();
  let ticket = cache.prefetch(batches[0]!);
  for (let i = 1; i <= batches.length; i++) {
    const next = i < batches.length ? cache.prefetch(batches[i]!) : undefined;
    cache.take(ticket);
    if (next !== undefined) ticket = next;
  }
  return performance.now() - started;
}

async function listPictures(root: string, signal?: AbortSignal): Promise<ImageRecord[]> {
  let names: string[];
  try {
    names = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && PICTURES.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  } catch {
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `There is no folder ${root}.`,
      'Give a folder with pictures in it.',
    );
  }
  const records: ImageRecord[] = [];
  for (const path of names) {
    if (signal?.aborted) throw cancelled();
    const bytes = await readFile(join(root, path));
    const seen = await sharp(bytes)
      .metadata()
      .catch(() => undefined);
    if (seen === undefined) continue;
    records.push({
      id: path,
      path,
      labels: [],
      width: seen.autoOrient.width,
      height: seen.autoOrient.height,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  }
  if (records.length === 0) {
    throw new GranaryError(
      'DATASET_EMPTY',
      `No JPEG or PNG picture below ${root} can be read.`,
      'Give a folder with pictures in it.',
    );
  }
  return records;
}
