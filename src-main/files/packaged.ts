import { realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { packageRoot } from './paths.ts';

/** The folder of the packaged app that this code lies in, such as /opt/Granary; null in a checkout. */
export function packagedFolder(root: string = packageRoot()): string | null {
  return /^app\.asar(\.unpacked)?$/.test(basename(root)) ? resolve(root, '..', '..') : null;
}

/** How this Granary's command line is called, for people: by its path where no package has put it on the PATH. */
export function commandName(
  folder: string | null = packagedFolder(),
  installed: string = '/usr/bin/granary',
): string {
  if (folder === null) return 'npx granary';
  const own = join(folder, 'bin', 'granary');
  return sameFile(own, installed) ? 'granary' : own;
}

/** The command that sets the native parts up, for people, in backquotes. */
export function setUpCommand(folder: string | null = packagedFolder()): string {
  return folder === null ? '`npm run setup`' : `\`${commandName(folder)} setup\``;
}

/** What to do where the native parts are missing or do not fit this version. */
export function setUpAgain(folder: string | null = packagedFolder()): string {
  return folder === null
    ? `Run ${setUpCommand(folder)} in the folder of Granary.`
    : `Run ${setUpCommand(folder)}, or start the app: it sets itself up.`;
}

function sameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
