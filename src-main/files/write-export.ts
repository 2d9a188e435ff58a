import { type Stats, closeSync, fstatSync, openSync, realpathSync, statSync } from 'node:fs';
import type { ErrorCode } from '../../shared/ipc/error-codes.ts';
import { GranaryError } from '../../shared/errors.ts';
import { type Content, writeContent, writeFileAtomic } from './atomic.ts';

/**
 * Writes a file where a person said, as {@link writeFileAtomic}; what a link there leads to is what is replaced. A device,
 * a pipe and what standard output or error goes to (`/dev/stdout`) are written into.
 * @throws GranaryError NO_SPACE, ACCESS_DENIED or USAGE, as {@link exportRefusal}; what making the content throws
 */
export function writeExport(path: string, content: Content): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    // Renaming would say so, too, but only after all of it was made.
    if (there?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
    if (there === undefined) writeFileAtomic(path, content);
    else if (!there.isFile()) writeInto(path, content);
    else {
      const handle = outputThatIs(there);
      if (handle === undefined) writeFileAtomic(realpathSync(path), content);
      else writeContent(handle, content);
    }
  } catch (error) {
    throw exportRefusal(path, error);
  }
}

/** Our standard output or error where it goes to this file: others write there, too, before and after. */
function outputThatIs({ dev, ino }: Stats): number | undefined {
  return [1, 2].find((handle) => {
    try {
      const stats = fstatSync(handle);
      return stats.dev === dev && stats.ino === ino;
    } catch {
      return false;
    }
  });
}

function writeInto(path: string, content: Content): void {
  const handle = openSync(path, 'w');
  try {
    writeContent(handle, content);
  } catch (error) {
    // As of standard output: who reads has enough (`| head`), and that is no failure.
    if ((error as NodeJS.ErrnoException | null)?.code !== 'EPIPE') throw error;
  } finally {
    closeSync(handle);
  }
}

/**
 * What to say where the system refuses what a person wanted written: NO_SPACE on a full disk, ACCESS_DENIED on a read-only one or
 * without permission, USAGE where no such file or folder can be, each with the reason. Any other error is returned as it is.
 * @param path the file or the folder that the person named
 */
export function exportRefusal(path: string, error: unknown): unknown {
  if (error instanceof GranaryError) return error;
  const refusal = refusals[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  if (refusal === undefined) return error;
  const [code, reason, fix = 'Choose another place.'] = refusal;
  return new GranaryError(code, `${path} cannot be written: ${reason}.`, fix, { cause: error });
}

type Refusal = readonly [code: ErrorCode, reason: string, fix?: string];
const fullDisk: Refusal = ['NO_SPACE', 'the disk is full', 'Make room, or choose a folder on another disk.'];
const notAllowed: Refusal = ['ACCESS_DENIED', 'you may not write there'];

const refusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: fullDisk,
  EDQUOT: fullDisk,
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: ['ACCESS_DENIED', 'its disk is read-only'],
  EISDIR: ['USAGE', 'a folder has that name'],
  ENOTDIR: ['USAGE', 'a part of its path is a file and no folder'],
  EEXIST: ['USAGE', 'a part of its path is a file and no folder'],
  ENOENT: ['USAGE', 'a folder above it is a link to nothing, or went meanwhile'],
  ELOOP: ['USAGE', 'links in its path lead in a circle'],
  ENAMETOOLONG: ['USAGE', 'its name is too long'],
  EINVAL: ['USAGE', 'its disk does not take such a name'],
  EBUSY: ['USAGE', 'another program has it open'],
  ENXIO: ['USAGE', 'nothing reads from it'],
};
