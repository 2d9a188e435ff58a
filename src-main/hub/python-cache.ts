import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, sep } from 'node:path';

/** Weights in the cache of the hub's own Python library, where timm keeps what it fetched. */
export interface PythonCached {
  path: string;
  /** The library names its files by it. */
  sha256: string;
}

/** HF_HUB_CACHE, else below HF_HOME, else where the library puts it by itself. */
function pythonCachePath(env: NodeJS.ProcessEnv): string {
  const home = env['HF_HOME'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'huggingface');
  return env['HF_HUB_CACHE'] ?? join(home, 'hub');
}

/**
 * The current weights of a repository as Python has them on this machine; null: it has none. Only read, never changed. A link
 * that leads out of the cache, or to a file that is not named by its SHA-256, does not count.
 */
export function findInPythonCache(
  repository: string,
  env: NodeJS.ProcessEnv = process.env,
): PythonCached | null {
  const folder = join(pythonCachePath(env), `models--${repository.replace('/', '--')}`);
  try {
    const revision = readFileSync(join(folder, 'refs', 'main'), 'utf8').trim();
    if (!/^[0-9a-f]{40}$/.test(revision)) return null;
    const path = realpathSync(join(folder, 'snapshots', revision, 'model.safetensors'));
    const inside = path.startsWith(join(realpathSync(folder), 'blobs') + sep);
    const sha256 = basename(path);
    return inside && /^[0-9a-f]{64}$/.test(sha256) ? { path, sha256 } : null;
  } catch {
    return null;
  }
}
