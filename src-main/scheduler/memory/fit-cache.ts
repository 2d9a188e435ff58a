import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { writeJsonAtomic } from '../../files/atomic.ts';
import { cachePath } from '../../files/paths.ts';
import { granaryVersion } from '../../files/version.ts';

/** Changes whenever answers are worked out in another way: older ones are then not found any more. */
const METHOD = 2;

/** Answers that cost a worker's time, kept in the user's cache folder for all workspaces. Safe to delete. */
export class FitCache {
  readonly #folder: string;

  constructor(folder: string = join(cachePath(), 'memory')) {
    this.#folder = folder;
  }

  get<S extends z.ZodType>(kind: string, question: unknown, schema: S): z.infer<S> | null {
    try {
      return schema.parse(JSON.parse(readFileSync(this.#path(kind, question), 'utf8')));
    } catch {
      // Not there, or damaged: it is worked out anew.
      return null;
    }
  }

  set(kind: string, question: unknown, answer: unknown): void {
    try {
      writeJsonAtomic(this.#path(kind, question), answer);
    } catch {
      // A full or read-only disk costs the next one time, and nothing else.
    }
  }

  #path(kind: string, question: unknown): string {
    const text = JSON.stringify([METHOD, granaryVersion, kind, question]);
    return join(this.#folder, `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 24)}.json`);
  }
}
