import { NVIDIA_SMI } from '../../files/nvidia-smi.ts';
import type { CardReading } from '../../../shared/machine.ts';
import { LineProcess } from './line-process.ts';
import {
  type ProcessLine,
  cardFields,
  parseCardLine,
  parseProcessLine,
  processFields,
} from './nvidia-csv.ts';

export interface NvidiaOptions {
  /** Programs to try, the first that exists is kept. */
  programs?: readonly string[];
  intervalSeconds?: number;
  /** First wait before nvidia-smi is started again. */
  retryMs?: number;
}

/**
 * After so many intervals without a card's line the program is started anew: it may hang, or ask for ever for a driver that has gone. Many,
 * for a sleeping machine of several cards takes its time before the first.
 */
const HANGING_INTERVALS = 60;

/** A card, or a program on it, that was not named for so many intervals is gone. */
export const STALE_INTERVALS = 3;

/**
 * The cards of this machine as NVIDIA's driver sees them, kept up to date by two `nvidia-smi` processes in loop mode, one for
 * the cards and one for the programs on them. Starting the program costs a tenth of a second of processor time and wakes a
 * sleeping card, so it is not done once a second.
 */
export class NvidiaCards {
  readonly #programs: readonly string[];
  readonly #interval: number;
  readonly #retryMs: number | undefined;
  readonly #heard: () => void;
  #loops: LineProcess[] = [];
  readonly #cards = new Map<string, { card: Omit<CardReading, 'processes'>; seen: number }>();
  readonly #processes = new Map<string, { line: ProcessLine; seen: number }>();
  #problem: string | null = null;
  /** Names of cards that stopped being told of, by uuid, until they are told of again: other cards go on all the while. */
  readonly #gone = new Map<string, string>();
  #everSeen = false;
  #settled = false;

  /** @param heard called after lines that say something */
  constructor(heard: () => void, options: NvidiaOptions = {}) {
    this.#heard = heard;
    this.#programs = options.programs ?? NVIDIA_SMI;
    this.#interval = options.intervalSeconds ?? 1;
    this.#retryMs = options.retryMs;
  }

  /** Whether it is known by now if there is a card. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Why a card that was there is not read any more. */
  get problem(): string | null {
    if (this.#problem !== null || this.#gone.size === 0) return this.#problem;
    return `Not seen by the driver any more: ${[...this.#gone.values()].join(', ')}.`;
  }

  get cards(): CardReading[] {
    const oldest = Date.now() - STALE_INTERVALS * 1000 * this.#interval;
    for (const [uuid, { card, seen }] of this.#cards)
      if (seen < oldest) {
        this.#cards.delete(uuid);
        this.#gone.set(uuid, card.name);
      }
    for (const [key, { seen }] of this.#processes) if (seen < oldest) this.#processes.delete(key);
    return [...this.#cards.values()]
      .map(({ card }) => ({
        ...card,
        processes: [...this.#processes.values()]
          .filter(({ line }) => line.uuid === card.uuid)
          .map(({ line: { pid, name, usedMb } }) => ({ pid, name, usedMb })),
      }))
      .sort((a, b) => a.index - b.index);
  }

  /** When the card was told of whose last line is the oldest, of `Date.now()`; null without a card. */
  get toldSince(): number | null {
    const seen = [...this.#cards.values()].map((one) => one.seen);
    return seen.length === 0 ? null : Math.min(...seen);
  }

  start(): void {
    this.#try(0);
  }

  stop(): void {
    for (const loop of this.#loops) loop.stop();
    this.#loops = [];
  }

  #try(place: number): void {
    const program = this.#programs[place];
    if (program === undefined) {
      this.#settled = true;
      this.#heard();
      return;
    }
    const loop = (query: string): string[] => [
      query,
      '--format=csv,noheader,nounits',
      '-l',
      String(this.#interval),
    ];
    const cards = new LineProcess(
      program,
      loop(`--query-gpu=${cardFields.join()}`),
      {
        line: (line) => {
          if (this.#cardLine(line)) cards.alive();
        },
        ended: (reason, missing) => {
          if (!missing) return this.#lost(reason);
          this.stop();
          this.#try(place + 1);
        },
      },
      { firstWaitMs: this.#retryMs, patienceMs: HANGING_INTERVALS * 1000 * this.#interval },
    );
    const processes = new LineProcess(
      program,
      loop(`--query-compute-apps=${processFields.join()}`),
      { line: (line) => this.#processLine(line), ended: () => undefined },
      { firstWaitMs: this.#retryMs },
    );
    this.#loops = [cards, processes];
    cards.start();
    processes.start();
  }

  /** @returns whether it was told of a card */
  #cardLine(text: string): boolean {
    const card = parseCardLine(text);
    if (card === null) {
      if (/lost|unable to determine|failed to initialize|unknown error/i.test(text))
        this.#problem = text.trim();
      return false;
    }
    this.#cards.set(card.uuid, { card, seen: Date.now() });
    this.#gone.delete(card.uuid);
    if (card.totalMb !== null) this.#problem = null;
    this.#everSeen = true;
    this.#settled = true;
    this.#heard();
    return true;
  }

  #processLine(text: string): void {
    const line = parseProcessLine(text);
    if (line !== null) this.#processes.set(`${line.uuid}/${line.pid}`, { line, seen: Date.now() });
  }

  /** The driver restarts, or there is none behind the program: without it nothing is known of the cards. */
  #lost(reason: string): void {
    this.#cards.clear();
    this.#processes.clear();
    if (this.#everSeen) this.#problem = `The driver does not answer: ${reason}`;
    this.#settled = true;
    this.#heard();
  }
}
