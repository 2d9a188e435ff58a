import { statSync } from 'node:fs';
import { packagedFolder } from '../files/packaged.ts';
import { entryPath } from '../files/paths.ts';

/**
 * The workers' script as it was when this process began. Each run's worker is started from the file that is there by then: one of another
 * version may understand other messages, and would let run after run fail.
 */
export class WorkerBuild {
  readonly #path: string;
  readonly #first: string | null;

  constructor(path: string = entryPath('worker')) {
    this.#path = path;
    this.#first = identityOf(path);
  }

  /** Why nothing may be started from it any more, and what to do, in words; null where it is as it was. */
  changed(packaged: boolean = packagedFolder() !== null): string | null {
    // Never there: that is told by the first worker that cannot be started.
    if (this.#first === null) return null;
    const now = identityOf(this.#path);
    if (now === this.#first) return null;
    const what = now === null ? 'removed or moved' : packaged ? 'upgraded' : 'built anew';
    const again = now === null ? 'Install it again, then start it.' : 'Close it and start it again.';
    return `Granary was ${what} while it was open. ${again} Runs that wait are kept: go on with them then, in the queue or with granary queue --resume.`;
  }
}

/** This process's own. */
const own = new WorkerBuild();

/** The build of a worker's script: this process's own, or the one that a test names. */
export function workerBuild(entry?: string): WorkerBuild {
  return entry === undefined ? own : new WorkerBuild(entry);
}

/** Tells one file from another that was put in its place; null where there is none, or none that may be looked at. */
function identityOf(path: string): string | null {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}
