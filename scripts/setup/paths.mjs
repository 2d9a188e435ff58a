import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, or what the packaged app holds of it: the folder of package.json. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Whether this is the packaged app, whose users have no npm and start it from their desktop. */
const packaged = basename(root) === 'app.asar.unpacked';

/** How to have native parts in another folder, for people; set-up and every later start must be told of it. */
export const otherCache = packaged
  ? 'set GRANARY_CACHE to a folder there (in ~/.profile, then log in again), and run set-up again'
  : 'name one there: GRANARY_CACHE=/some/folder npm run setup';

/** The user's cache folder, by the same rule as src-main/files/paths.ts (a test compares the two). */
export function cachePath(env = process.env, platform = process.platform, home = homedir()) {
  if (env.GRANARY_CACHE !== undefined) return resolve(env.GRANARY_CACHE);
  if (env.XDG_CACHE_HOME !== undefined) return resolve(env.XDG_CACHE_HOME, 'granary');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'granary') : join(home, '.cache', 'granary');
}

/** Where unpacked native parts live, one folder each. */
export function nativePath() {
  return join(cachePath(), 'native');
}
