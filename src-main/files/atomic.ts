import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** How the temporary files of unfinished writes are named; a sweep after a crash may delete what matches. */
export const temporaryPattern = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** Makes a rename or a new file in this folder survive a power cut. Windows cannot open folders, and needs no such call. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Node refuses to write 2 GiB or more at once; the checkpoint of a large network has more. */
const PIECE_BYTES = 2 ** 30;

/** Writes all bytes: `write` may take fewer than it is given. */
export function writeAll(handle: number, bytes: Uint8Array, pieceBytes = PIECE_BYTES): void {
  let done = 0;
  while (done < bytes.length)
    done += writeSync(handle, bytes, done, Math.min(pieceBytes, bytes.length - done));
}

/** What a file is to hold: text, bytes, or pieces of them that are written one after another, as they are made. */
export type Content = string | Uint8Array | Iterable<string | Uint8Array>;

/** Writes all of it from where the file stands. */
export function writeContent(handle: number, content: Content): void {
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  for (const piece of pieces) writeAll(handle, typeof piece === 'string' ? Buffer.from(piece) : piece);
}

/**
 * Replaces a file so that at every moment, also after kill -9 or a power cut, the path holds the whole old content or the
 * whole new one: temporary file in the same folder, fsync, rename, fsync of the folder. Missing folders are made.
 * @throws the file system's error, or what making the content throws; nothing is left behind then
 */
export function writeFileAtomic(path: string, content: Content): void {
  const folder = dirname(path);
  makeFolder(folder);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = openSync(temporary, 'wx');
    try {
      writeContent(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/** {@link writeFileAtomic} with a value as indented JSON, for files that people open. */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
