import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

interface Times {
  busy: number;
  total: number;
}

/** Share of all processors' time that was busy between two looks. */
export class ProcessorLoad {
  #before: Times | null;
  readonly #read: () => Times | null;

  /** @param read for tests */
  constructor(read: () => Times | null = readTimes) {
    this.#read = read;
    this.#before = read();
  }

  /** Since the look before, 0 to 1; null where it cannot be told. */
  look(): number | null {
    const now = this.#read();
    const before = this.#before;
    this.#before = now;
    if (now === null || before === null || now.total <= before.total) return null;
    return Math.min(1, Math.max(0, (now.busy - before.busy) / (now.total - before.total)));
  }
}

/** The first line of /proc/stat is one small read; Node's own list reads a line a processor and more. */
function readTimes(): Times | null {
  try {
    const [, ...cells] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.trim().split(/\s+/);
    // user nice system idle iowait irq softirq steal; guests are counted in user already.
    const times = cells.slice(0, 8).map(Number);
    const total = times.reduce((a, b) => a + b, 0);
    return { busy: total - (times[3] ?? 0) - (times[4] ?? 0), total };
  } catch {
    const times = cpus().map((cpu) => cpu.times);
    if (times.length === 0) return null;
    const total = times.reduce(
      (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
      0,
    );
    return { busy: total - times.reduce((sum, { idle }) => sum + idle, 0), total };
  }
}
