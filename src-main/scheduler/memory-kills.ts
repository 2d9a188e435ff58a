import { readFileSync } from 'node:fs';

/** Where Linux counts the processes that it killed because memory ran out: of the machine, and of this control group. */
const counters = [
  ['/proc/vmstat', /^oom_kill (\d+)$/m],
  ['/sys/fs/cgroup/memory.events', /^oom_kill (\d+)$/m],
  ['/sys/fs/cgroup/memory/memory.oom_control', /^oom_kill (\d+)$/m],
] as const;

function readFile(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * Tells whether the system has killed anything for want of memory since this object was made. A process that ends by SIGKILL
 * says nothing itself: the counter is what tells the system's kill from a person's. Always false where nothing is counted.
 */
export class MemoryKills {
  readonly #read: (path: string) => string;
  readonly #before: (number | null)[];

  /** @param read tests give counters of their own */
  constructor(read: (path: string) => string = readFile) {
    this.#read = read;
    this.#before = this.#counts();
  }

  happened(): boolean {
    return this.#counts().some((count, index) => count !== null && count > (this.#before[index] ?? count));
  }

  #counts(): (number | null)[] {
    return counters.map(([path, pattern]) => {
      try {
        const found = pattern.exec(this.#read(path));
        return found === null ? null : Number(found[1]);
      } catch {
        return null;
      }
    });
  }
}
