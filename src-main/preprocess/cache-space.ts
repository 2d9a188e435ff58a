import { readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/format-bytes.ts';
import { statOrNull } from '../files/stat.ts';
import { SEGMENT_SUFFIX } from './segment.ts';
import { PART_PATTERN } from './segment-writer.ts';

const GIGABYTE = 1e9;
const DEFAULT_LIMIT = 20 * GIGABYTE;
/** Share of the disk space that is free, or would be without the cache, that the cache may take by default. */
const DISK_SHARE = 0.2;
const DAY_MS = 24 * 3600 * 1000;

interface Segment {
  path: string;
  bytes: number;
  usedAt: number;
}

/**
 * Makes room for `wanted` more bytes by deleting the segments that were used longest ago.
 * @param root the cache's folder (one folder a setting below it)
 * @param keep paths that must stay: what the caller is about to read
 * @param limit most bytes the cache may hold; by default GRANARY_PIXEL_CACHE_GB, else 20 GB or a fifth of the disk's room
 * @throws GranaryError NO_SPACE when it does not fit even so
 */
export function makeRoom(root: string, wanted: number, keep: ReadonlySet<string>, limit?: number): void {
  const segments = listSegments(root).sort((a, b) => a.usedAt - b.usedAt);
  let held = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const disk = statfsSync(root);
  let free = disk.bavail * disk.bsize;
  const allowed = limit ?? configuredLimit() ?? Math.min(DEFAULT_LIMIT, DISK_SHARE * (free + held));
  for (const segment of segments) {
    if (held + wanted <= allowed && wanted <= free) return;
    if (keep.has(segment.path)) continue;
    rmSync(segment.path, { force: true });
    held -= segment.bytes;
    free += segment.bytes;
  }
  if (held + wanted <= allowed && wanted <= free) return;
  const [need, got, why] =
    wanted > free
      ? [wanted, free, 'are free on its disk']
      : [held + wanted, allowed, 'are allowed for the pixel cache'];
  throw new GranaryError(
    'NO_SPACE',
    `The decoded pictures need ${formatBytes(need)} in ${root}, but ${formatBytes(got)} ${why}.`,
    'Free some disk space, choose a smaller --presize or another --workspace, or allow more with the environment variable GRANARY_PIXEL_CACHE_GB.',
  );
}

function configuredLimit(): number | undefined {
  const text = process.env['GRANARY_PIXEL_CACHE_GB'];
  if (text === undefined || text === '') return undefined;
  const gigabytes = Number(text);
  if (!(gigabytes > 0)) {
    throw new GranaryError(
      'CONFIG_INVALID',
      `GRANARY_PIXEL_CACHE_GB is "${text}", which is not a number of gigabytes.`,
      'Set it to a number such as 50, or unset it.',
    );
  }
  return gigabytes * GIGABYTE;
}

/** Deletes what crashed writers left behind: their process is gone, or they have not written for a day. */
export function sweepParts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = PART_PATTERN.exec(name)?.[1];
    if (owner === undefined) continue;
    const path = join(folder, name);
    const stat = statOrNull(path);
    if (stat !== null && (!isAlive(Number(owner)) || Date.now() - stat.mtimeMs > DAY_MS)) {
      rmSync(path, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function listSegments(root: string): Segment[] {
  const segments: Segment[] = [];
  for (const folder of readdirSync(root, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const name of readdirSync(join(root, folder.name))) {
      if (!name.endsWith(SEGMENT_SUFFIX)) continue;
      const path = join(root, folder.name, name);
      // Another process may delete it at any moment.
      const stat = statOrNull(path);
      if (stat !== null) segments.push({ path, bytes: stat.size, usedAt: stat.mtimeMs });
    }
  }
  return segments;
}
