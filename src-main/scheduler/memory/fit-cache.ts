import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { writeJsonAtomic } from '../../files/atomic.ts';
import { cachePath } from '../../files/paths.ts';
import { granaryVersion } from '../../files/version.ts';

/** Changes whenever answers are worked out in another way: older ones are then not found any more. */
const METHOD = 7;

/** Answers that cost a worker's time, kept in the user's cache folder for all workspaces. Safe to delete. */
export class FitCache {
  readonly #folder: string;
  /** What was read or written by this process: a preview asks for hundreds of answers at each stroke of the keyboard. */
  readonly #known = new Map<string, unknown>();

  constructor(folder: string = join(cachePath(), 'memory')) {
    this.#folder = folder;
  }

  get<S extends z.ZodType>(kind: string, question: unknown, schema: S): z.infer<S> | null {
    const key = `${kind} ${JSON.stringify(question)}`;
    if (this.#known.has(key)) return this.#known.get(key) as z.infer<S>;
    try {
      const answer = schema.parse(JSON.parse(readFileSync(this.#path(kind, question), 'utf8')));
      this.#known.set(key, answer);
      return answer;
    } catch {
      // Not there, or damaged: it is worked out anew.
      return null;
    }
  }

  set(kind: string, question: unknown, answer: unknown): void {
    this.#known.set(`${kind} ${JSON.stringify(question)}`, answer);
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
