import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives all tests of a run, and every process that they start, a temporary folder and a cache of their own: nothing of an earlier run
 * or of the user's is found by chance, and nothing is left behind, whatever fails or is killed. Call it before any test's process starts.
 * @param shared names in the user's cache that stay shared, such as the native parts, which are large; of those each part is, so that
 *   parts and records that a test makes beside them stay the test's
 * @returns a function that removes both
 */
export async function ownFolders(shared: readonly string[]): Promise<() => void> {
  // Set-up's scripts are ES modules; Playwright compiles tests to CommonJS.
  const { cachePath } = await import('../../scripts/setup/paths.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'granary-tests-'));
  const [temporary, cache] = [join(folder, 'tmp'), join(folder, 'cache')];
  for (const path of [temporary, cache]) mkdirSync(path);
  for (const name of shared) {
    const target = join(cachePath(), name);
    mkdirSync(target, { recursive: true });
    if (name === 'native') linkParts(target, join(cache, name));
    else symlinkSync(target, join(cache, name));
  }
  Object.assign(process.env, { TMPDIR: temporary, GRANARY_CACHE: cache });
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      console.warn(`Left behind in ${folder}: ${String(error)}`);
    }
  };
}

/** Links each whole part: a folder that is not a lock, a download or a part in the making. */
function linkParts(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isDirectory() && !/^downloads$|\.lock$|\.partial-/.test(entry.name))
      symlinkSync(join(from, entry.name), join(to, entry.name));
}
