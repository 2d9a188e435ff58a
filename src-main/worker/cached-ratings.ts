import { resolve } from 'node:path';
import type { RatingsOptions } from '../../shared/records/ratings.ts';
import type { ReadingOptions } from '../dataset/ratings/delimited.ts';
import { inspectRatings } from '../dataset/ratings/inspect-ratings.ts';
import { type StoredRatings, readRatingsStore, writeRatings } from '../runs/ratings-store.ts';

/**
 * A ratings file, read and checked, from the workspace's copy where the file has not changed since.
 * @throws GranaryError as {@link inspectRatings}
 */
export async function cachedRatings(
  workspace: string,
  ratings: string,
  options: RatingsOptions,
  reading: ReadingOptions = {},
): Promise<StoredRatings> {
  const path = resolve(ratings);
  const absolute = options.items === undefined ? options : { ...options, items: resolve(options.items) };
  const known = readRatingsStore(workspace, path, absolute);
  if (known !== null) return known;
  const { manifest, table } = await inspectRatings(path, absolute, reading);
  writeRatings(workspace, absolute, { manifest, table });
  return { manifest, table };
}
