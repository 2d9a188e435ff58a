import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GranaryError } from '../../../shared/errors.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { exportRefusal } from '../../files/write-export.ts';

/**
 * Fills a folder that a person named, which must be new or empty. When that fails or is stopped, nothing is left behind.
 * @param fill gets the folder's absolute path
 * @throws GranaryError SAMPLE_DEST_NOT_EMPTY; NO_SPACE, ACCESS_DENIED or USAGE, as {@link exportRefusal}; what `fill` throws
 */
export async function intoEmptyFolder<T>(dest: string, fill: (root: string) => Promise<T>): Promise<T> {
  const root = resolve(dest);
  const unusable = (what: string): GranaryError =>
    new GranaryError(
      'SAMPLE_DEST_NOT_EMPTY',
      `${root} is ${what}.`,
      'Name a new or an empty folder; nothing was changed.',
    );
  const there = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error.code === 'ENOTDIR' ? unusable('not a folder') : exportRefusal(root, error);
  });
  if (there !== null && there.length > 0) throw unusable('not empty');
  try {
    makeFolder(root);
  } catch (error) {
    throw exportRefusal(root, error);
  }
  try {
    return await fill(root);
  } catch (error) {
    if (there === null) await rm(root, { recursive: true, force: true });
    else for (const name of await readdir(root)) await rm(join(root, name), { recursive: true, force: true });
    throw exportRefusal(root, error);
  }
}
