import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import type { ImageRecord } from '../../../shared/records/dataset.ts';
import {
  type PixelCache,
  type PixelCacheOptions,
  openPixelCache,
} from '../../../src-main/preprocess/pixel-cache.ts';
import { buildThread, temporaryFolder } from './make-pictures.ts';

export const size = { height: 24, width: 18 };
/** Bytes of one picture. */
export const slot = size.height * size.width * 3;
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A dataset's root and a workspace of each test's own, and the caches that it opens there; all are closed after it. */
export class CacheHome {
  root = '';
  workspace = '';
  /** Built code, for the whole file. */
  readonly built = temporaryFolder();
  #readerThread = '';
  #open: PixelCache[] = [];

  constructor() {
    beforeAll(async () => {
      this.#readerThread = await buildThread('reader-thread', this.built);
      return () => rmSync(this.built, { recursive: true });
    });
    beforeEach(() => {
      this.root = temporaryFolder();
      this.workspace = temporaryFolder();
    });
    afterEach(() => {
      for (const cache of this.#open) cache.close();
      this.#open = [];
      rmSync(this.root, { recursive: true });
      rmSync(this.workspace, { recursive: true });
    });
  }

  async openCache(records: ImageRecord[], more: Partial<PixelCacheOptions> = {}): Promise<PixelCache> {
    const { workspace, root } = this;
    const way = { size, resize: 'squish', padMode: 'zeros' } as const;
    const readerThread = this.#readerThread;
    const cache = await openPixelCache({ workspace, root, records, readerThread, ...way, ...more });
    this.#open.push(cache);
    return cache;
  }

  settingsFolder(key = 'v3-squish-24x18'): string {
    return join(this.workspace, 'cache/pixels', key);
  }

  segments(key?: string): string[] {
    const folder = this.settingsFolder(key);
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pixels'))
      .map((name) => join(folder, name));
  }
}

export function readAll(cache: PixelCache, count: number): Uint8Array {
  const into = new Uint8Array(count * slot);
  cache.read(range(count), into);
  return into;
}
