import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { architectures } from '../../shared/architectures/index.ts';
import type { CachedWeights } from '../../shared/ipc/weights.ts';
import { cachePath } from '../files/paths.ts';
import { findInPythonCache } from './python-cache.ts';
import { listStored } from './store.ts';

/** Every cached weights by name, `id.tag`, by a look at the folders: what they hold is checked when it is used. */
export function cachedWeights(): Map<string, Omit<CachedWeights, 'name'>> {
  const found = new Map<string, Omit<CachedWeights, 'name'>>();
  for (const { name, bytes, sha256 } of listStored())
    if (sha256 !== null && !found.has(name)) found.set(name, { where: 'hub', bytes });
  const packages = packageFiles();
  for (const { id, tags, pretrained } of architectures)
    for (const { tag } of tags) {
      const name = `${id}.${tag}`;
      if (found.has(name)) continue;
      const converted = pretrained !== null && tag === tags[0]!.tag ? packages.get(id) : undefined;
      const python = converted === undefined ? findInPythonCache(`timm/${name}`) : null;
      if (converted !== undefined) found.set(name, { where: 'package', bytes: converted });
      else if (python !== null) found.set(name, { where: 'python', bytes: statSync(python.path).size });
    }
  return found;
}

/** Bytes of what was converted from Python packages, by architecture. */
function packageFiles(): Map<string, number> {
  const folder = join(cachePath(), 'weights');
  const found = new Map<string, number>();
  try {
    for (const file of readdirSync(folder)) {
      const id = /^([a-z0-9_]+)-[0-9a-f]{12}\.safetensors$/.exec(file)?.[1];
      if (id !== undefined) found.set(id, statSync(join(folder, file)).size);
    }
  } catch {
    // Nothing was fetched yet, or it vanished meanwhile.
  }
  return found;
}
