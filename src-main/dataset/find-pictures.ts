import { realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { type FileCheck, checkFile } from './check-file.ts';
import { isPicture } from './layout.ts';
import { walk } from './walk.ts';

/** A file that someone gave to be predicted. */
export interface GivenPicture {
  /** As it is told: its own name, or its path below the folder that was given. */
  name: string;
  /** Absolute. */
  path: string;
  bytes: number;
}

/**
 * The pictures that some paths stand for: files as they are, whatever they are called; folders with all pictures below them.
 * @throws GranaryError DATASET_NOT_FOUND, DATASET_EMPTY, CANCELLED
 */
export async function findPictures(paths: readonly string[], signal?: AbortSignal): Promise<GivenPicture[]> {
  const found = new Map<string, GivenPicture>();
  for (const given of paths) {
    const path = await realpath(resolve(given)).catch(() => {
      throw new GranaryError(
        'DATASET_NOT_FOUND',
        `There is nothing at ${given}.`,
        'Give the path of a picture or of a folder with pictures.',
      );
    });
    const facts = await stat(path);
    if (facts.isDirectory())
      for (const file of (await walk(path, { signal })).files.filter(isPicture))
        found.set(join(path, file.path), { name: file.path, path: join(path, file.path), bytes: file.bytes });
    else found.set(path, { name: basename(path), path, bytes: facts.size });
  }
  if (found.size > 0) return [...found.values()];
  throw new GranaryError(
    'DATASET_EMPTY',
    `There are no pictures in ${paths.join(', ')}.`,
    'Pictures are files such as .jpg, .png, .webp, .gif, .tif or .avif.',
  );
}

/** Reads a given file as the dataset checks do. */
export function checkGiven({ path, bytes }: GivenPicture): Promise<FileCheck> {
  return checkFile(path, bytes);
}
