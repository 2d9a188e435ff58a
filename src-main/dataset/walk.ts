import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { cancelled } from './cancelled.ts';
import { byCodePoint } from './order.ts';

/** A regular file below the dataset's root. */
export interface FoundFile {
  /** Path below the root, with forward slashes. */
  path: string;
  bytes: number;
  /** Last change, milliseconds since 1970, with the file system's fractions. */
  mtimeMs: number;
}

export interface Walk {
  /** Sorted by path. */
  files: FoundFile[];
  /** Paths of all folders below the root, also of those that hold nothing. */
  folders: string[];
  /** Links that lead out of the root, and are refused. */
  outside: string[];
  /** Folders and files that the system would not let us read, and links to nothing. */
  unreadable: { path: string; why: string }[];
}

/** What operating systems and archive programs leave behind; never part of a dataset. */
const junk = new Set(
  ['__MACOSX', 'Thumbs.db', 'ehthumbs.db', 'desktop.ini', '$RECYCLE.BIN', 'System Volume Information']
    .concat(['@eaDir', 'lost+found', 'Icon\r'])
    .map((name) => name.toLowerCase()),
);

export function isJunk(name: string): boolean {
  return name.startsWith('.') || name.startsWith('~$') || junk.has(name.toLowerCase());
}

/**
 * Lists every file below `root`, which must be a real path. Hidden files and common junk are passed over. A link to a file inside
 * the root counts as a file; one that leads out is refused; links to folders inside are not followed, for their content is seen
 * anyway and a loop would never end.
 */
export async function walk(
  root: string,
  options: { onFile?: (count: number) => void; signal?: AbortSignal } = {},
): Promise<Walk> {
  const found: Walk = { files: [], folders: [], outside: [], unreadable: [] };
  const add = (path: string, stats: Stats): void => {
    found.files.push({ path, bytes: stats.size, mtimeMs: stats.mtimeMs });
    options.onFile?.(found.files.length);
  };
  async function visit(entry: Dirent, path: string): Promise<void> {
    const full = join(root, path);
    if (entry.isFile()) return add(path, await stat(full));
    if (!entry.isSymbolicLink()) return;
    const target = await realpath(full);
    const below = relative(root, target);
    if (below.startsWith('..') || below === target) {
      found.outside.push(path);
      return;
    }
    const stats = await stat(target);
    if (stats.isFile()) add(path, stats);
  }
  async function visitFolder(folder: string): Promise<void> {
    if (options.signal?.aborted) throw cancelled();
    let entries: Dirent[];
    try {
      entries = await readdir(join(root, folder), { withFileTypes: true });
    } catch (error) {
      found.unreadable.push({ path: folder, why: whyUnreadable(error) });
      return;
    }
    // A folder's files are looked at together: one at a time, a slow disk would be waited for at each.
    await Promise.all(
      entries
        .filter((entry) => !isJunk(entry.name) && !entry.isDirectory())
        .map(async (entry) => {
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
          await visit(entry, path).catch((error: unknown) =>
            found.unreadable.push({ path, why: whyUnreadable(error) }),
          );
        }),
    );
    for (const entry of entries) {
      if (!entry.isDirectory() || isJunk(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      found.folders.push(path);
      await visitFolder(path);
    }
  }
  await visitFolder('');
  found.files.sort((a, b) => byCodePoint(a.path, b.path));
  found.outside.sort(byCodePoint);
  return found;
}

function whyUnreadable(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return whys[code] ?? message;
}

const whys: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOENT: 'a link to nothing, or it went meanwhile',
  ENOTDIR: 'a link to nothing',
  ELOOP: 'links that lead in a circle',
  EIO: 'its disk cannot be read there',
};

/** A path of this system with forward slashes, as records hold it. */
export function forwardSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
