import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineReading } from '../../../shared/machine.ts';
import { readMainMemory } from './main-memory.ts';
import { NvidiaCards, type NvidiaOptions, STALE_INTERVALS } from './nvidia-cards.ts';

export interface MonitorEvents {
  /** At most once an interval. */
  reading: [reading: MachineReading];
}

export interface MonitorOptions extends NvidiaOptions {
  /** For tests. */
  readMemory?: typeof readMainMemory;
}

/** A driver that is asleep may take this long for its first answer. */
const FIRST_ANSWER_MS = 3000;
/** A line may have been on its way for so long. */
const LINE_AGE_MS = 100;
/** Lines of several cards come one after another; they make one reading. */
const TOGETHER_MS = 30;

/**
 * Watches the memory of this machine: main memory, and the cards of NVIDIA's. One instance a process is enough; it costs next to
 * nothing while it runs. {@link read} is for those who want to know once.
 */
export class MemoryMonitor extends EventEmitter<MonitorEvents> {
  readonly #interval: number;
  readonly #readMemory: typeof readMainMemory;
  readonly #cards: NvidiaCards;
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Timeout | null = null;
  #told = 0;

  constructor(options: MonitorOptions = {}) {
    super();
    this.#interval = options.intervalSeconds ?? 1;
    this.#readMemory = options.readMemory ?? readMainMemory;
    this.#cards = new NvidiaCards(() => this.#tellSoon(), options);
  }

  get running(): boolean {
    return this.#timer !== null;
  }

  /** The machine as it is now; the cards as they were at most an interval ago. */
  get current(): MachineReading {
    return {
      time: new Date().toISOString(),
      memory: this.#readMemory(),
      cards: this.#cards.cards,
      problem: this.#cards.problem,
    };
  }

  start(): void {
    if (this.running) return;
    this.#cards.start();
    this.#timer = setInterval(() => this.#tellSoon(), 500 * this.#interval);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#timer = this.#soon = null;
    this.#cards.stop();
  }

  /** One reading that knows of the cards; starts the monitor when it does not run. */
  async read(): Promise<MachineReading> {
    this.start();
    const end = Date.now() + FIRST_ANSWER_MS;
    while (!this.#cards.settled && Date.now() < end) await sleep(10);
    // The first card's line may be there and the second's on its way.
    if (this.#cards.cards.length > 0) await sleep(TOGETHER_MS);
    return this.current;
  }

  /**
   * One reading of the cards as they are from now on: what a program held that ended a moment ago is not in it. Takes up to an interval
   * where there is a card; one that is silent for {@link STALE_INTERVALS} is as it was.
   */
  async readAnew(): Promise<MachineReading> {
    const from = Date.now() + LINE_AGE_MS;
    const end = from + 1000 * STALE_INTERVALS * this.#interval;
    await this.read();
    while ((this.#cards.toldSince ?? Infinity) < from && Date.now() < end) await sleep(10);
    return this.current;
  }

  #tellSoon(): void {
    if (this.#soon !== null || !this.running) return;
    if (Date.now() - this.#told < 900 * this.#interval) return;
    this.#soon = setTimeout(() => {
      this.#soon = null;
      this.#told = Date.now();
      this.emit('reading', this.current);
    }, TOGETHER_MS);
    this.#soon.unref();
  }
}
