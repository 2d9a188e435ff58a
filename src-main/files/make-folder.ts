import { lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Asked for several at once, Node says ENOENT of a read-only disk, of a full
 * quota and of a name that the disk does not take; here the error is the system's own.
 * @throws the file system's error: ENOENT only where a folder above is a link to nothing, or went meanwhile
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(highestMissing(path));
    mkdirSync(path, { recursive: true });
  }
}

function highestMissing(path: string): string {
  const above = dirname(path);
  return above === path || lstatSync(above, { throwIfNoEntry: false }) !== undefined
    ? path
    : highestMissing(above);
}
