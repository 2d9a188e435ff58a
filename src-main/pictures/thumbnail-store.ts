import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const MEGABYTE = 1e6;
const DEFAULT_LIMIT_MB = 500;
/** Trimming goes down to this share, so that it is not needed again at once. */
const TRIM_TO = 0.8;

/** Most bytes that thumbnails may take: GRANARY_THUMBNAIL_CACHE_MB, else 500 MB. */
export function thumbnailLimit(): number {
  const megabytes = Number(process.env['GRANARY_THUMBNAIL_CACHE_MB'] ?? DEFAULT_LIMIT_MB);
  return (megabytes > 0 ? megabytes : DEFAULT_LIMIT_MB) * MEGABYTE;
}

/**
 * Keeps a folder of thumbnails under its limit: what was made longest ago goes first. What is deleted is made again when it is asked
 * for, so nothing here has to be exact.
 */
export class ThumbnailStore {
  readonly folder: string;
  readonly #limit: number;
  /** Bytes at the last count, and those made since. */
  #held: number | null = null;
  #trimming: Promise<void> | null = null;

  constructor(folder: string, limit = thumbnailLimit()) {
    this.folder = folder;
    this.#limit = limit;
  }

  /** Told of each thumbnail that was made. */
  grew(bytes: number): void {
    if (this.#held !== null) this.#held += bytes;
    if (this.#held === null || this.#held > this.#limit) void this.trim();
  }

  /** Counts, and deletes down to four fifths of the limit when it is exceeded. One at a time. */
  trim(): Promise<void> {
    this.#trimming ??= this.#trim().finally(() => (this.#trimming = null));
    return this.#trimming;
  }

  async #trim(): Promise<void> {
    const files = await list(this.folder);
    let held = files.reduce((sum, file) => sum + file.bytes, 0);
    if (held > this.#limit) {
      files.sort((a, b) => a.madeAt - b.madeAt);
      for (const file of files) {
        if (held <= TRIM_TO * this.#limit) break;
        await rm(file.path, { force: true });
        held -= file.bytes;
      }
    }
    this.#held = held;
  }
}

async function list(folder: string): Promise<{ path: string; bytes: number; madeAt: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await list(path)));
    else {
      // Another process may delete it at any moment.
      const facts = await stat(path).catch(() => null);
      if (facts !== null) found.push({ path, bytes: facts.size, madeAt: facts.mtimeMs });
    }
  }
  return found;
}
