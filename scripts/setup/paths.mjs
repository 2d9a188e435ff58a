import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: the folder of package.json. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

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
