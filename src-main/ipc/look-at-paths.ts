import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { IntakeKind } from '../../shared/ipc/data-views.ts';
import type { RatingsLook } from '../../shared/ipc/recommender-views.ts';

/** Files by their name, the first that fits. */
const byName: readonly (readonly [IntakeKind, RegExp])[] = [
  ['table', /\.(csv|tsv)$/i],
  ['archive', /\.(zip|tar|tgz|gz|7z|rar|xz|zst)$/i],
  ['picture', /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp|heic|heif)$/i],
];
/** What may be ratings, which its first lines tell. */
const doubtful: readonly IntakeKind[] = ['folder', 'table', 'other'];
/** Of a large drop only the beginning is opened. */
const MOST_OPENED = 20;

/** What a path is, by its name alone. */
async function kindOf(path: string): Promise<IntakeKind> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return 'missing';
  if (facts.isDirectory()) return 'folder';
  return byName.find(([, name]) => name.test(basename(path)))?.[0] ?? 'other';
}

/**
 * What dropped paths are. Only what may be ratings is opened.
 * @param look says of each path whether it is ratings
 */
export async function lookAtPaths(
  paths: readonly string[],
  look: (paths: string[]) => Promise<RatingsLook[]>,
): Promise<{ path: string; kind: IntakeKind }[]> {
  const found = await Promise.all(paths.map(async (path) => ({ path, kind: await kindOf(path) })));
  const opened = found.filter(({ kind }) => doubtful.includes(kind)).slice(0, MOST_OPENED);
  if (opened.length === 0) return found;
  const looks = await look(opened.map(({ path }) => path));
  opened.forEach((one, place) => {
    if (looks[place]!.ratings !== null) one.kind = 'ratings';
  });
  return found;
}
