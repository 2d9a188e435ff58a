import { readFileSync } from 'node:fs';

/** Memory fills within a second; what is asked for when it runs out may be a fifth of the limit in one piece. */
const EVERY_MS = 50;
const NEAR = 0.75;

/**
 * Watches how near a process comes to the limit on its data. Not all native code says a word when an allocation fails: some uses
 * the null pointer and ends as a bug would (SIGSEGV). How much memory the process had is then the only thing that tells them apart.
 */
export class LimitWatch {
  readonly #limitBytes: number | undefined;
  #highest = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param limitBytes undefined: there is no limit, and nothing to watch */
  constructor(pid: number | undefined, limitBytes: number | undefined) {
    this.#limitBytes = limitBytes;
    if (pid === undefined || limitBytes === undefined) return;
    this.#timer = setInterval(() => (this.#highest = Math.max(this.#highest, dataBytes(pid))), EVERY_MS);
    this.#timer.unref();
  }

  /** Whether the process was seen within a quarter of its limit. */
  get near(): boolean {
    return this.#limitBytes !== undefined && this.#highest >= NEAR * this.#limitBytes;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** The data segment of a process, which RLIMIT_DATA bounds; 0 where it cannot be read or is gone. */
function dataBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmData:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
