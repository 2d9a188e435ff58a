import type { PixelCache } from '../preprocess/pixel-cache.ts';
import type { Window } from './windows.ts';

/** Pictures with the truth beside them, by their place in the pixel cache. */
export interface LabelledPictures {
  cache: PixelCache;
  /** Place in the cache of each picture. */
  places: readonly number[];
  /** [pictures, targets], −1 where missing. */
  labels: Int32Array;
  targets: number;
}

/** What one native call reads. */
export interface Batch {
  count: number;
  /** [count, height, width, 3]; the cache's memory, valid until the next batch but one. */
  pixels: Uint8Array;
  /** [count, targets] */
  labels: Int32Array;
}

/**
 * Reads batches one after another; while one is worked on, a thread reads the next. Each entry of `chunks` lists rows of
 * `pictures`.
 */
export function* readBatches(
  pictures: LabelledPictures,
  chunks: readonly (readonly number[])[],
): Generator<Batch> {
  const ask = (chunk: readonly number[]) =>
    pictures.cache.prefetch(chunk.map((row) => pictures.places[row]!));
  let next = chunks[0] === undefined ? null : ask(chunks[0]);
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i]!;
    const pixels = pictures.cache.take(next!);
    next = chunks[i + 1] === undefined ? null : ask(chunks[i + 1]!);
    yield { count: chunk.length, pixels, labels: labelsOf(pictures, chunk) };
  }
}

function labelsOf({ labels, targets }: LabelledPictures, chunk: readonly number[]): Int32Array {
  const rows = new Int32Array(chunk.length * targets);
  chunk.forEach((row, i) => rows.set(labels.subarray(row * targets, (row + 1) * targets), i * targets));
  return rows;
}

/** Rows of each micro-batch of an epoch, window after window, in the epoch's order. */
export function microBatchRows(windows: readonly Window[], order: ArrayLike<number>): number[][] {
  return windows.flatMap(({ start, micro }) => {
    let from = start;
    return micro.map((size) => {
      const rows = Array.from({ length: size }, (_, i) => order[from + i]!);
      from += size;
      return rows;
    });
  });
}

/** 0 … count − 1 in pieces of at most `size`: the batches of an evaluation. */
export function evaluationRows(count: number, size: number): number[][] {
  const rows: number[][] = [];
  for (let start = 0; start < count; start += size) {
    rows.push(Array.from({ length: Math.min(size, count - start) }, (_, i) => start + i));
  }
  return rows;
}
