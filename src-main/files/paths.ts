import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';

/** The folder that holds package.json and dist/: found upwards, so that bundled and unbundled code agree. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'bin', 'granary.cjs'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package root above ${__dirname}`);
    folder = parent;
  }
  return folder;
}

/** Path of a built entry that runs as its own process or thread. */
export function entryPath(name: 'worker' | 'reader-thread' | 'fit-thread' | 'thumbnailer'): string {
  return unpacked(join(packageRoot(), 'dist', `${name}.cjs`));
}

/** In the packaged app Electron reads from an archive that plain Node cannot read; what Node needs lies beside it. */
export function unpacked(path: string): string {
  return path.replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked');
}

/** The workspace that app and CLI share: the flag, else GRANARY_WORKSPACE, else ~/Granary. */
export function workspacePath(flag?: string): string {
  if (flag?.trim() === '')
    throw new GranaryError('USAGE', '--workspace was given without a folder.', 'Name one, or leave it out.');
  // An empty variable is one that was taken back, and not the folder one happens to be in.
  return resolve(flag ?? (process.env['GRANARY_WORKSPACE'] || join(homedir(), 'Granary')));
}

/**
 * A path that a person gave, absolute.
 * @throws GranaryError DATASET_NOT_FOUND for a blank one (a variable that is not set, most likely), which would mean the folder one
 *   happens to be in
 */
export function givenPath(path: string): string {
  if (path.trim() !== '') return resolve(path);
  throw new GranaryError(
    'DATASET_NOT_FOUND',
    'A path was given that is empty.',
    'Give the path of a folder or of a file; "." is the folder you are in.',
  );
}

/** The user's cache folder, shared by checkouts: native parts and downloaded weights. GRANARY_CACHE overrides it. */
export function cachePath(): string {
  const base =
    process.env['GRANARY_CACHE'] ??
    (process.env['XDG_CACHE_HOME'] === undefined
      ? undefined
      : join(process.env['XDG_CACHE_HOME'], 'granary')) ??
    (process.platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches', 'granary')
      : join(homedir(), '.cache', 'granary'));
  return resolve(base);
}
