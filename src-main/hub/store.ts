import { readdirSync, rmSync, statfsSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { GranaryError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/format-bytes.ts';
import { cachePath } from '../files/paths.ts';
import { statOrNull } from '../files/stat.ts';

const GIGABYTE = 1e9;
const DEFAULT_LIMIT = 50 * GIGABYTE;
/** Share of the disk space that is free, or would be without the cache, that the cache may take by default. */
const DISK_SHARE = 0.25;

/** A file of the hub's cache: whole weights, or the beginning of some. */
export interface StoredWeights {
  /** `convnext_tiny.in12k_ft_in1k`. */
  name: string;
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  usedAt: number;
  /** SHA-256, hex; null: not whole yet. */
  sha256: string | null;
}

/** Names of weights, `id.tag`: one folder of the cache and nothing else. */
const namePattern = /^[a-z0-9][a-z0-9_]*\.[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const wholePattern = /^([0-9a-f]{64})\.safetensors$/;
const partPattern = /^[0-9A-Za-z]{1,64}\.part$/;

/** Folder of everything that came from the hub, in the user's cache. */
export function storeRoot(): string {
  return join(cachePath(), 'hub');
}

/** Folder of one repository's weights. */
export function storeFolder(name: string): string {
  if (!namePattern.test(name)) throw new Error(`"${name}" names no weights.`);
  return join(storeRoot(), name);
}

/** Where whole weights lie: named by their own hash, so that any damage shows. */
export function storedPath(name: string, sha256: string): string {
  return join(storeFolder(name), `${sha256}.safetensors`);
}

/** Where weights arrive: named by what they will be, so that only the same file is gone on with. */
export function partPath(name: string, content: string): string {
  return join(storeFolder(name), `${content.replace(/[^0-9A-Za-z]/g, '').slice(0, 64) || 'unnamed'}.part`);
}

/** All that is stored, used last first. Files that are not the cache's own are not looked at. */
export function listStored(): StoredWeights[] {
  const found: StoredWeights[] = [];
  for (const name of namesIn(storeRoot())) {
    if (!namePattern.test(name)) continue;
    const folder = join(storeRoot(), name);
    for (const file of namesIn(folder)) {
      const whole = wholePattern.exec(file);
      if (whole === null && !partPattern.test(file)) continue;
      const path = join(folder, file);
      // Another process may delete it at any moment.
      const stat = statOrNull(path);
      if (stat?.isFile() !== true) continue;
      found.push({ name, path, bytes: stat.size, usedAt: stat.mtimeMs, sha256: whole?.[1] ?? null });
    }
  }
  return found.sort((a, b) => b.usedAt - a.usedAt);
}

/** Marks weights as used now: what was used longest ago goes first. */
export function touch(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

/** Most bytes the cache may hold: GRANARY_WEIGHTS_CACHE_GB, else 50 GB or a quarter of the disk's room. */
export function storeLimit(held: number): number {
  const text = process.env['GRANARY_WEIGHTS_CACHE_GB'];
  if (text === undefined || text === '') {
    const disk = statfsSync(existing(storeRoot()));
    return Math.min(DEFAULT_LIMIT, DISK_SHARE * (disk.bavail * disk.bsize + held));
  }
  const gigabytes = Number(text);
  if (gigabytes > 0) return gigabytes * GIGABYTE;
  throw new GranaryError(
    'CONFIG_INVALID',
    `GRANARY_WEIGHTS_CACHE_GB is "${text}", which is not a number of gigabytes.`,
    'Set it to a number such as 50, or unset it.',
  );
}

/**
 * Deletes the weights that were used longest ago until `bytes` more fit.
 * @param keep the file that is about to grow by them
 * @throws GranaryError NO_SPACE when they do not fit into an empty cache
 */
export function makeRoomFor(bytes: number, keep: string): void {
  makeFolder(storeRoot());
  const stored = listStored();
  const own = stored.find(({ path }) => path === keep)?.bytes ?? 0;
  let held = stored.reduce((sum, file) => sum + file.bytes, 0) - own;
  const limit = storeLimit(held + own);
  if (bytes > limit)
    throw new GranaryError(
      'NO_SPACE',
      `These weights have ${formatBytes(bytes)}, and ${formatBytes(limit)} are allowed for fetched weights.`,
      'Allow more with the environment variable GRANARY_WEIGHTS_CACHE_GB, make room on the disk, or set GRANARY_CACHE to a folder on another one.',
    );
  for (const { path, bytes: freed } of stored.reverse()) {
    if (held + bytes <= limit) return;
    if (path === keep) continue;
    rmSync(path, { force: true });
    held -= freed;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The nearest folder above that is there. */
function existing(folder: string): string {
  return statOrNull(folder) === null ? existing(dirname(folder)) : folder;
}
