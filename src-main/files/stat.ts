import { type Stats, statSync } from 'node:fs';

/**
 * What the file system says of a path; null where it says nothing, for whatever reason: nothing is there, a folder on the way is none or
 * must not be entered, a network's disk has gone. Who opens the file then is told why.
 */
export function statOrNull(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
