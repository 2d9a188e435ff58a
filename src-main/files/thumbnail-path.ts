import { join } from 'node:path';

/** Raised when the same file would give another thumbnail. */
const VERSION = 1;

/** Where the thumbnail of a file's content lies: two pictures with the same bytes share it, whatever they are called. */
export function thumbnailPath(cache: string, sha256: string, size: number): string {
  return join(cache, `v${VERSION}-${size}`, sha256.slice(0, 2), `${sha256.slice(2)}.jpg`);
}
