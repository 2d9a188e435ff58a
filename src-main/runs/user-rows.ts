import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RatingsOptions } from '../../shared/records/ratings.ts';
import {
  LENGTH_BYTES,
  type SafeTensorsHeader,
  decodeHeader,
  headerLength,
} from '../../shared/safetensors/index.ts';
import { isCurrent, listIn, ratingsFolder } from './ratings-store.ts';

/** Rows of the user column that are looked at together: 4 MB. */
const PIECE = 1 << 20;

/** What one user rated, in the file's order: ids of items, and ratings where there are any. */
export interface UserRows {
  items: string[];
  ratings: number[] | null;
}

/**
 * One user's rows of the workspace's copy of a ratings file, found on the disk: twenty million ratings are never in memory for it.
 * @returns null where there is no copy, it cannot be read, or the file has changed since
 */
export function readUserRows(
  workspace: string,
  path: string,
  options: RatingsOptions,
  user: string,
): UserRows | null {
  let handle: number;
  try {
    handle = openSync(join(ratingsFolder(workspace, path, options), 'ratings.safetensors'), 'r');
  } catch {
    return null;
  }
  try {
    const header = readHeader(handle);
    if (!isCurrent(header.metadata, path, options)) return null;
    const rows = rowsOf(handle, header, listIn(header.metadata, 'users').indexOf(user));
    const items = listIn(header.metadata, 'items');
    const [item, rating] = [header.places.get('item')!, header.places.get('rating')];
    const word = new DataView(new ArrayBuffer(4));
    const at = (begin: number, row: number): DataView => {
      readSync(handle, word, 0, 4, begin + 4 * row);
      return word;
    };
    return {
      items: rows.map((row) => items[at(item.begin, row).getInt32(0, true)]!),
      ratings: rating === undefined ? null : rows.map((row) => at(rating.begin, row).getFloat32(0, true)),
    };
  } catch {
    return null;
  } finally {
    closeSync(handle);
  }
}

function readHeader(handle: number): SafeTensorsHeader {
  const { size } = fstatSync(handle);
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    readSync(handle, bytes, 0, length, offset);
    return bytes;
  };
  return decodeHeader(read(LENGTH_BYTES, headerLength(read(0, Math.min(LENGTH_BYTES, size)), size)), size);
}

/** Numbers of a user's rows; none for somebody whom the file does not know. */
function rowsOf(handle: number, { places }: SafeTensorsHeader, user: number): number[] {
  const { begin, shape } = places.get('user')!;
  const found: number[] = [];
  if (user < 0) return found;
  const piece = new Int32Array(PIECE);
  for (let at = 0; at < shape[0]!; at += PIECE) {
    const count = Math.min(PIECE, shape[0]! - at);
    readSync(handle, piece, 0, 4 * count, begin + 4 * at);
    for (let k = 0; k < count; k++) if (piece[k] === user) found.push(at + k);
  }
  return found;
}
