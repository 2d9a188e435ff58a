import type { MachineSample } from '../../shared/ipc/machine-views.ts';
import type { CardReading, MachineReading } from '../../shared/machine.ts';
import { residentMb } from '../scheduler/memory/process-memory.ts';
import { ProcessorLoad } from '../scheduler/memory/processor-load.ts';
import { machineMonitor } from '../scheduler/memory/this-machine.ts';

/** How far back the chart goes, and how dense it is. */
const KEPT_MS = 3_600_000;
const EVERY_MS = 2000;

/** What of a memory monitor is used. */
export interface ReadingSource {
  on(name: 'reading', listener: (reading: MachineReading) => void): unknown;
  start(): void;
  stop(): void;
}

/** A process that trains here. */
export interface TrainingWorker {
  runId: string;
  pid: number;
  /** Index of the card that its slot names; null on the processor, or where there is one card. */
  card: number | null;
}

export interface MachineWatchOptions {
  workers: () => readonly TrainingWorker[];
  tell: (sample: MachineSample) => void;
  /** For tests. */
  monitor?: ReadingSource;
  everyMs?: number;
  resident?: (pid: number) => number | null;
}

/** Remembers the last hour of the machine's memory, load and cards, so that a window that is opened late shows it. */
export class MachineWatch {
  readonly #options: MachineWatchOptions;
  readonly #everyMs: number;
  readonly #monitor: ReadingSource;
  readonly #load = new ProcessorLoad();
  #samples: MachineSample[] = [];

  constructor(options: MachineWatchOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? EVERY_MS;
    this.#monitor = options.monitor ?? machineMonitor();
    this.#monitor.on('reading', (reading) => this.#take(reading));
    this.#monitor.start();
  }

  /** The oldest first. */
  get history(): MachineSample[] {
    return this.#samples;
  }

  /** Ends the programs that read the cards: they would outlive the app. */
  stop(): void {
    this.#monitor.stop();
  }

  #take(reading: MachineReading): void {
    const time = Date.parse(reading.time);
    const last = this.#samples.at(-1)?.time ?? 0;
    // Readings come about once a second: a little early is in time.
    if (time - last < 0.8 * this.#everyMs) return;
    const sample = sampleOf(reading, time, this.#load.look(), this.#options);
    this.#samples = [...this.#samples.filter((one) => one.time > time - KEPT_MS), sample];
    this.#options.tell(sample);
  }
}

function sampleOf(
  { memory, cards, problem }: MachineReading,
  time: number,
  load: number | null,
  { workers, resident = residentMb }: Pick<MachineWatchOptions, 'workers' | 'resident'>,
): MachineSample {
  return {
    ...{ time, totalMb: memory.totalMb, freeMb: memory.freeMb, load, problem },
    cards: cards.map(({ uuid, index, name, totalMb, usedMb, utilization, temperatureC }) => ({
      ...{ uuid, index, name, totalMb, usedMb, utilization, temperatureC },
    })),
    workers: workers().map(({ runId, pid, card }) => {
      const held = cardOf(pid, card, cards);
      return { runId, residentMb: resident(pid), cardUuid: held?.uuid ?? null, cardMb: held?.usedMb ?? null };
    }),
  };
}

/** The card that a process holds memory of; under WSL2 and in containers the driver does not name processes. */
function cardOf(
  pid: number,
  index: number | null,
  cards: readonly CardReading[],
): { uuid: string; usedMb: number | null } | null {
  for (const { uuid, processes } of cards) {
    const own = processes.find((one) => one.pid === pid);
    if (own !== undefined) return { uuid, usedMb: own.usedMb };
  }
  const slot = index === null ? undefined : cards.find((card) => card.index === index);
  return slot === undefined ? null : { uuid: slot.uuid, usedMb: null };
}
