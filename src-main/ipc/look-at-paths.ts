import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { IntakeKind } from '../../shared/ipc/data-views.ts';

/** Files by their name, the first that fits. A new kind of intake (a table of ratings, say) is a line here and one in the page. */
const byName: readonly (readonly [IntakeKind, RegExp])[] = [
  ['table', /\.(csv|tsv)$/i],
  ['archive', /\.(zip|tar|tgz|gz|7z|rar|xz|zst)$/i],
  ['picture', /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp|heic|heif)$/i],
];

/** What a path is, without opening it. */
export async function lookAtPath(path: string): Promise<IntakeKind> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return 'missing';
  if (facts.isDirectory()) return 'folder';
  return byName.find(([, name]) => name.test(basename(path)))?.[0] ?? 'other';
}
