import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { SetupError } from './errors.mjs';
import { nativePath, otherCache } from './paths.mjs';
import { megabytes } from './progress.mjs';

/**
 * A part is a folder in the cache that is either whole or not there: it is made in `<name>.partial-<pid>` and renamed when
 * done, with a manifest as its last file. Whatever kills set-up in the middle leaves at most that and `downloads/<name>`:
 * the next one clears the first away (a child of the killed one may still write to it, hence the pid) and takes whole
 * wheels out of the second.
 */

/** The last file written into a part. */
export const MANIFEST = 'granary-part.json';

/** A part's folder when it is whole, else undefined. Reads one small file: this is the check of every start. */
export function findPart(name) {
  const folder = join(nativePath(), name);
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')).name === name ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the folder of the part `name`, making it first when it is not there.
 * @param {string} name folder name; holds everything that tells one build of the part from another
 * @param {number} bytes free disk that making it takes, download included
 * @param {(folder: string, downloads: string) => Promise<object>} make fills the empty folder, fetching into `downloads`
 *   what it needs for that; what it returns is noted in the manifest
 */
export async function providePart(name, bytes, make) {
  const present = findPart(name);
  if (present !== undefined) return present;
  return withLock(name, async () => {
    const made = findPart(name); // by another set-up, while this one waited
    if (made !== undefined) return made;
    const folder = join(nativePath(), name);
    const partial = `${folder}.partial-${process.pid}`;
    const downloads = join(nativePath(), 'downloads', name);
    for (const left of readdirSync(nativePath())) {
      if (left === name || left.startsWith(`${name}.partial-`))
        rmSync(join(nativePath(), left), { recursive: true, force: true });
    }
    await checkSpace(nativePath(), bytes);
    try {
      mkdirSync(partial, { recursive: true });
      const notes = await make(partial, downloads);
      writeFileSync(join(partial, MANIFEST), `${JSON.stringify({ name, ...notes }, null, 2)}\n`);
      renameSync(partial, folder);
      rmSync(downloads, { recursive: true, force: true });
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      throw spaceError(error, bytes) ?? error;
    }
    return folder;
  });
}

/**
 * Holds a lock in the cache folder while `action` runs; a second set-up waits. A set-up that was killed stops renewing its
 * lock, which is taken over after `stale` milliseconds.
 */
async function withLock(name, action, { stale = 8000, patience = 3600 } = {}) {
  makeCacheFolder();
  const file = join(nativePath(), name);
  const options = { realpath: false, stale, update: stale / 4 };
  let release;
  try {
    release = await lockfile.lock(file, options);
  } catch (error) {
    if (error.code !== 'ELOCKED') throw error;
    console.log(`Another set-up is at work on ${name}, or was stopped just now: waiting for it.`);
    release = await lockfile.lock(file, {
      ...options,
      retries: { retries: patience, factor: 1, minTimeout: 1000, maxTimeout: 1000 },
    });
  }
  try {
    return await action();
  } finally {
    await release();
  }
}

/**
 * Writes a small file of the cache whole or not at all: several apps may start at once. One that says the same already is left alone, so
 * that a cache that cannot be written to does where all is in place.
 */
export function writeRecord(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes the cache folder, or says why it cannot be made. */
export function makeCacheFolder() {
  try {
    mkdirSync(nativePath(), { recursive: true });
  } catch (error) {
    throw (
      spaceError(error, 0) ??
      new SetupError(
        'NATIVE_BROKEN',
        `The cache folder ${nativePath()} cannot be made (${error.code ?? error.message}).`,
        `Make it writable. To use another disk, ${otherCache}.`,
      )
    );
  }
}

/** Throws NO_SPACE when the disk of `folder` has less than `bytes` free for this user. */
export async function checkSpace(folder, bytes) {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free >= bytes) return;
  throw noSpace(`${megabytes(bytes)} are needed and ${megabytes(free)} are free in ${folder}.`);
}

/** A NO_SPACE error when the disk (or the user's share of it) ran full in spite of the check, else undefined. */
export function spaceError(error, bytes) {
  const text = `${error?.code ?? ''} ${error?.message ?? ''}`;
  if (!/ENOSPC|EDQUOT|No space left|quota exceeded/i.test(text)) return undefined;
  return noSpace(
    bytes > 0
      ? `The disk ran full in ${nativePath()}; this part takes ${megabytes(bytes)}.`
      : `The disk of ${nativePath()} is full.`,
  );
}

function noSpace(message) {
  return new SetupError('NO_SPACE', message, `Free some disk. To use a larger one, ${otherCache}.`);
}
