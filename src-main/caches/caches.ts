import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { Cache, CacheName } from '../../shared/ipc/data-views.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { setUpCommand } from '../files/packaged.ts';
import { cachePath } from '../files/paths.ts';

interface Place {
  name: CacheName;
  paths: string[];
  what: string;
  cost: string;
  shared: boolean;
}

/** Everything that is kept only because it is quicker than making it again. */
function places(workspace: string): Place[] {
  const here = (...names: string[]): string[] => names.map((name) => join(workspace, name));
  return [
    {
      name: 'pixels',
      paths: here(layout.pixels),
      what: 'Decoded pictures, ready for training.',
      cost: 'The next run of each dataset decodes them again.',
      shared: false,
    },
    {
      name: 'thumbnails',
      paths: here(layout.thumbnails, layout.previews),
      what: 'Small pictures and previews for the screen.',
      cost: 'They are made again when they are looked at.',
      shared: false,
    },
    {
      name: 'imports',
      paths: here(layout.imports),
      what: 'Zips that were unpacked.',
      cost: 'A zip is unpacked again when it is used; where it is gone, so is its dataset.',
      shared: false,
    },
    {
      name: 'weights',
      paths: [join(cachePath(), 'weights'), join(cachePath(), 'hub')],
      what: 'Pretrained weights, for all workspaces.',
      cost: 'They are downloaded again when a run starts from them.',
      shared: true,
    },
    {
      name: 'native',
      paths: [join(cachePath(), 'native')],
      what: 'TensorFlow and what else runs on this machine, for all workspaces.',
      cost: `Nothing trains until ${setUpCommand()} has fetched it again.`,
      shared: true,
    },
  ];
}

/** Sizes of all caches. */
export function listCaches(workspace: string): Promise<Cache[]> {
  return Promise.all(
    places(workspace).map(async ({ paths, ...rest }) => {
      const sizes = await Promise.all(paths.map(sizeOf));
      const sum = (key: 'bytes' | 'files'): number => sizes.reduce((total, size) => total + size[key], 0);
      return { ...rest, path: paths[0]!, bytes: sum('bytes'), files: sum('files') };
    }),
  );
}

/**
 * Deletes what a cache holds. The caller has made sure that nothing trains: a run reads pixels until its end.
 * @throws GranaryError USAGE when the system refuses
 */
export async function clearCache(workspace: string, name: CacheName): Promise<void> {
  const place = places(workspace).find((one) => one.name === name)!;
  for (const path of place.paths) {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new GranaryError(
        'USAGE',
        `${path} could not be cleared (${code}).`,
        'Close other programs that use it, or delete the folder yourself.',
        { cause: error },
      );
    }
  }
}

async function sizeOf(path: string): Promise<{ bytes: number; files: number }> {
  const total = { bytes: 0, files: 0 };
  // Links are counted as they are: what they lead to is not deleted either.
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) {
      const inner = await sizeOf(below);
      total.bytes += inner.bytes;
      total.files += inner.files;
    } else if (entry.isFile()) {
      // Another process may delete it at any moment.
      total.bytes += (await stat(below).catch(() => null))?.size ?? 0;
      total.files += 1;
    }
  }
  return total;
}
