import { setTimeout as sleep } from 'node:timers/promises';
import type { CardReading, MachineReading } from '../../../shared/machine.ts';
import { formatMb } from '../../../shared/memory.ts';
import type { PlanningDevice } from './device.ts';
import { accountedMb } from './main-memory.ts';
import { type ProcessMemory, processMemories } from './process-memory.ts';

/** What may be missing although all is well: other programs come and go. A probe takes several hundred MiB. */
export const TOLERANCE_MB = 64;
/** Where a probe took much, so much of it. */
const TOLERANCE_SHARE = 0.05;
/** The driver frees a card's memory some time after the process, and is read once a second. */
const WAIT_MS = { card: 6000, 'main-memory': 3000 };
const LOOK_MS = 100;
/** Those that grew by less are not named. */
const WORTH_NAMING_MB = 16;

/** The memory of a device at one moment, and who holds how much. */
interface Held {
  usedMb: number;
  /** What of main memory has an owner; null where that is not told. */
  accountedMb: number | null;
  processes: ReadonlyMap<number, ProcessMemory>;
}

export interface MemoryBackOptions {
  read: () => Promise<MachineReading>;
  device: Pick<PlanningDevice, 'kind' | 'name'>;
  /** Its index where there are several cards. */
  card?: number | null;
  /** Processes that should be gone: the probe's, and all that it started. */
  left: () => readonly ProcessMemory[];
  /** Ends the wait for the memory. */
  signal?: AbortSignal | undefined;
  /** For tests. */
  waitMs?: number;
  processes?: typeof processMemories;
  accounted?: typeof accountedMb;
}

/**
 * Watches that a device has its memory back after a short use: made before it, asked after it. Nothing of what is found stops
 * anything; who asks is told in words.
 */
export class MemoryBack {
  readonly #options: MemoryBackOptions;
  readonly #before: Held | null;

  private constructor(options: MemoryBackOptions, before: Held | null) {
    this.#options = options;
    this.#before = before;
  }

  static async watch(options: MemoryBackOptions): Promise<MemoryBack> {
    return new MemoryBack(options, heldOf(await options.read(), options));
  }

  /**
   * Waits until no process of the use lives and the memory is back within {@link TOLERANCE_MB}, or 5 % of what the use took where
   * that is more. What other programs took of main memory meanwhile does not count, nor what has no owner (see {@link accountedMb}).
   * @param peakMb what the use took at most, if that is known
   * @returns null: it is back; else how much is held and by whom
   */
  async problem(peakMb = 0): Promise<string | null> {
    const { device, left, signal, waitMs = WAIT_MS[device.kind] } = this.#options;
    const tolerance = Math.max(TOLERANCE_MB, TOLERANCE_SHARE * peakMb);
    const end = Date.now() + waitMs;
    for (;;) {
      const living = left();
      const now = heldOf(await this.#options.read(), this.#options);
      const kept = this.#before === null || now === null ? 0 : keptMb(device, this.#before, now);
      if (living.length === 0 && kept <= tolerance) return null;
      if (Date.now() >= end || signal?.aborted === true)
        return sentence(device.name, living, kept, tolerance, growth(this.#before, now));
      await sleep(LOOK_MS);
    }
  }
}

function heldOf(
  { cards, memory }: MachineReading,
  {
    device: { kind, name },
    card: index = null,
    processes = processMemories,
    accounted = accountedMb,
  }: Omit<MemoryBackOptions, 'read' | 'left'>,
): Held | null {
  if (kind === 'main-memory') {
    const usedMb = memory.totalMb - memory.freeMb;
    // A container's limit is used up by its own, what has an owner is told of the whole machine.
    const told = memory.bound === 'system' ? accounted() : null;
    return { usedMb, accountedMb: told, processes: processes() };
  }
  // Two cards may have one name.
  const card = cards.find((one) => (index === null ? one.name === name : one.index === index));
  return card === undefined || card.usedMb === null
    ? null
    : { usedMb: card.usedMb, accountedMb: null, processes: programsOf(card) };
}

function programsOf({ processes }: CardReading): Map<number, ProcessMemory> {
  return new Map(processes.map(({ pid, name, usedMb }) => [pid, { pid, name, mb: usedMb ?? 0 }]));
}

/** What is used beyond the figure before. Main memory is everybody's: what others took meanwhile is theirs, and what none has is nobody's. */
function keptMb({ kind }: Pick<PlanningDevice, 'kind'>, before: Held, now: Held): number {
  const sum = ({ processes }: Held): number => [...processes.values()].reduce((all, { mb }) => all + mb, 0);
  const others = kind === 'card' ? 0 : Math.max(0, sum(now) - sum(before));
  const used = now.usedMb - before.usedMb;
  const accounted =
    now.accountedMb === null || before.accountedMb === null ? used : now.accountedMb - before.accountedMb;
  return Math.min(used, accounted) - others;
}

/** Who holds more than before, most first. */
function growth(before: Held | null, now: Held | null): ProcessMemory[] {
  return [...(now?.processes.values() ?? [])]
    .map(({ pid, name, mb }) => ({ pid, name, mb: mb - (before?.processes.get(pid)?.mb ?? 0) }))
    .filter(({ mb }) => mb >= WORTH_NAMING_MB)
    .sort((a, b) => b.mb - a.mb)
    .slice(0, 3);
}

function sentence(
  device: string,
  living: readonly ProcessMemory[],
  kept: number,
  tolerance: number,
  grown: readonly ProcessMemory[],
): string {
  const named = (all: readonly ProcessMemory[]): string =>
    all.map(({ pid, name, mb }) => `${name || 'process'} ${pid} (${formatMb(mb)})`).join(', ');
  const still = living.length === 0 ? '' : ` Processes of the probe still live: ${named(living)}.`;
  if (kept <= tolerance) return `The probe's memory is not all given back.${still}`;
  const by =
    grown.length === 0
      ? 'by no program that the system names'
      : `by programs that hold more than before: ${named(grown)}`;
  return `After the probe ${formatMb(kept)} more of ${device} is held than before it, ${by}.${still} Plans count with what is free.`;
}
