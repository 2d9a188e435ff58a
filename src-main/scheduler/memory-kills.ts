import { readFileSync } from 'node:fs';

/** Where Linux counts the processes that it killed because memory ran out: of the machine, and of this control group. */
const counters = [
  ['/proc/vmstat', /^oom_kill (\d+)$/m],
  ['/sys/fs/cgroup/memory.events', /^oom_kill (\d+)$/m],
  ['/sys/fs/cgroup/memory/memory.oom_control', /^oom_kill (\d+)$/m],
] as const;

function read(): (number | null)[] {
  return counters.map(([path, pattern]) => {
    try {
      const found = pattern.exec(readFileSync(path, 'utf8'));
      return found === null ? null : Number(found[1]);
    } catch {
      return null;
    }
  });
}

/**
 * Tells whether the system has killed anything for want of memory since this object was made. A process that ends by SIGKILL
 * says nothing itself: the counter is what tells the system's kill from a person's. Always false where nothing is counted.
 */
export class MemoryKills {
  readonly #before = read();

  happened(): boolean {
    return read().some((count, index) => count !== null && count > (this.#before[index] ?? count));
  }
}
