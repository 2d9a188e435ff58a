import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

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

/**
 * Replaces a file so that at every moment, also after kill -9 or a power cut, the path holds the whole old content or the
 * whole new one: temporary file in the same folder, fsync, rename, fsync of the folder. Missing folders are made.
 * @param content text, bytes, or pieces that are written one after another
 * @throws the file system's error; nothing is left behind then
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | readonly Uint8Array[]): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = openSync(temporary, 'wx');
    try {
      if (typeof content === 'string') writeAll(handle, Buffer.from(content, 'utf8'));
      else if (content instanceof Uint8Array) writeAll(handle, content);
      else for (const piece of content) writeAll(handle, piece);
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
