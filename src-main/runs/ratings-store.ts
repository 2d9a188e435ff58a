import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RatingsTable } from '../../shared/ratings/table.ts';
import {
  type RatingsManifest,
  type RatingsOptions,
  ratingsManifestSchema,
} from '../../shared/records/ratings.ts';
import {
  type SafeTensor,
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
  float64Values,
  int32Tensor,
  int32Values,
} from '../../shared/safetensors/index.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeFileAtomic } from '../files/atomic.ts';

/** Raised when what is kept changes, so that an older Granary's files are read anew. */
const VERSION = '2';
const idsSchema = z.array(z.string());

/** A ratings file as it was read: what is known of it, and its columns. */
export interface StoredRatings {
  manifest: RatingsManifest;
  table: RatingsTable;
}

/** `workspace/datasets/<key>/`: what is remembered of a ratings file that was read in this way. */
export function ratingsFolder(workspace: string, path: string, options: RatingsOptions): string {
  const { userColumn, itemColumn, ratingColumn, timeColumn, items } = options;
  const way = JSON.stringify([path, { userColumn, itemColumn, ratingColumn, timeColumn, items }]);
  return join(workspace, layout.datasets, createHash('sha256').update(way).digest('hex').slice(0, 20));
}

/** Keeps a ratings file that was read, so that later runs and questions need not read it again. */
export function writeRatings(
  workspace: string,
  options: RatingsOptions,
  { manifest, table }: StoredRatings,
): void {
  const folder = ratingsFolder(workspace, manifest.path, options);
  const rows = [table.user.length];
  const tensors = new Map<string, SafeTensor>([
    ['user', int32Tensor(rows, table.user)],
    ['item', int32Tensor(rows, table.item)],
  ]);
  if (table.rating !== null) tensors.set('rating', float32Tensor(rows, table.rating));
  if (table.time !== null) {
    const { buffer, byteOffset, byteLength } = table.time;
    tensors.set('time', { dtype: 'F64', shape: rows, data: new Uint8Array(buffer, byteOffset, byteLength) });
  }
  const metadata = {
    format: 'granary-ratings',
    version: VERSION,
    source: sourceMark(manifest.path, options),
    users: JSON.stringify(table.users),
    items: JSON.stringify(table.items),
    ...(table.titles === null ? {} : { titles: JSON.stringify(table.titles) }),
  };
  writeFileAtomic(join(folder, 'ratings.safetensors'), encodeSafetensors({ metadata, tensors }));
  writeFileAtomic(join(folder, 'ratings.json'), `${JSON.stringify(ratingsManifestSchema.parse(manifest))}\n`);
}

/** What was kept of a ratings file; null where there is nothing, it cannot be read, or the file has changed since. */
export function readRatingsStore(
  workspace: string,
  path: string,
  options: RatingsOptions,
): StoredRatings | null {
  const folder = ratingsFolder(workspace, path, options);
  try {
    const manifest = manifestIn(folder);
    const { metadata, tensors } = decodeSafetensors(readFileSync(join(folder, 'ratings.safetensors')));
    if (!isCurrent(metadata, path, options)) return null;
    const list = (key: string): string[] => listIn(metadata, key);
    const optional = (name: string): SafeTensor | null => tensors.get(name) ?? null;
    const [rating, time] = [optional('rating'), optional('time')];
    const table: RatingsTable = {
      users: list('users'),
      items: list('items'),
      user: int32Values(tensors.get('user')!),
      item: int32Values(tensors.get('item')!),
      rating: rating === null ? null : float32Values(rating),
      time: time === null ? null : float64Values(time),
      titles: metadata['titles'] === undefined ? null : list('titles'),
    };
    return { manifest, table };
  } catch {
    return null;
  }
}

/** What is known of a ratings file that was read before, whether it has changed since or not; null where it was not. */
export function readRatingsManifest(
  workspace: string,
  path: string,
  options: RatingsOptions,
): RatingsManifest | null {
  try {
    return manifestIn(ratingsFolder(workspace, path, options));
  } catch {
    return null;
  }
}

function manifestIn(folder: string): RatingsManifest {
  return ratingsManifestSchema.parse(JSON.parse(readFileSync(join(folder, 'ratings.json'), 'utf8')));
}

/** Whether a copy with this metadata is of the files as they are now. */
export function isCurrent(
  metadata: Readonly<Record<string, string>>,
  path: string,
  options: RatingsOptions,
): boolean {
  return metadata['version'] === VERSION && metadata['source'] === sourceMark(path, options);
}

/** A copy's list of ids or titles. */
export function listIn(metadata: Readonly<Record<string, string>>, key: string): string[] {
  return idsSchema.parse(JSON.parse(metadata[key]!));
}

/** Size and time of last change of the files that were read: another mark means that they may be others now. */
function sourceMark(path: string, options: RatingsOptions): string {
  return [path, ...(options.items === undefined ? [] : [options.items])]
    .map((file) => (existsSync(file) ? `${statSync(file).size}/${statSync(file).mtimeMs}` : 'gone'))
    .join(' ');
}
