import { GranaryError } from '../../shared/errors.ts';
import { writeFileAtomic } from './atomic.ts';

/**
 * Writes a file where a person said, as {@link writeFileAtomic}.
 * @throws GranaryError NO_SPACE on a full disk; USAGE where no such file can be written, with the reason
 */
export function writeExport(path: string, text: string): void {
  try {
    writeFileAtomic(path, text);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new GranaryError(
        'NO_SPACE',
        `The disk is full: ${path} was not written.`,
        'Make room, or choose a folder on another disk.',
        { cause: error },
      );
    const reason = reasons[code];
    if (reason === undefined) throw error;
    throw new GranaryError('USAGE', `${path} cannot be written: ${reason}.`, 'Choose another place.', {
      cause: error,
    });
  }
}

const reasons: Record<string, string> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'its disk is read-only',
  EISDIR: 'a folder has that name',
  ENOTDIR: 'a part of its path is a file and no folder',
  EEXIST: 'a part of its path is a file and no folder',
  ENAMETOOLONG: 'its name is too long',
  EBUSY: 'another program has it open',
};
