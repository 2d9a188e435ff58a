import { execFileSync } from 'node:child_process';
import { NVIDIA_SMI, nvidiaFigure } from './nvidia-smi.ts';
import { readSetUpRecord } from './set-up-record.ts';

/** A driver that is asleep may take this long. */
const PATIENCE_MS = 5000;

export interface CardGaugeOptions {
  /** Whether this process computes on a card, where there is one. */
  onCards?: boolean;
  programs?: readonly string[];
  pid?: number;
  /** The card that CUDA would take: the driver's index or a uuid. */
  card?: string;
}

/** Whether workers train on a card, where there is one: TensorFlow's build decides, not the driver. */
export function trainsOnCards(): boolean {
  return readSetUpRecord()?.tensorflow.variant.endsWith('-cuda') ?? false;
}

/**
 * What this process takes of its card, as the driver tells: CUDA's context, libraries and TensorFlow's pool. The pool gives nothing
 * back before the process ends, so a reading at any time is the peak up to then. Make it before TensorFlow first computes. Where the driver does
 * not name processes (WSL2, most containers) it is what the card has in use beyond what it had then, other programs' changes included.
 */
export class CardGauge {
  readonly #options: Required<CardGaugeOptions>;
  readonly #usedBefore: number | null;

  constructor(options: CardGaugeOptions = {}) {
    this.#options = {
      onCards: trainsOnCards(),
      programs: NVIDIA_SMI,
      pid: process.pid,
      card: process.env['CUDA_VISIBLE_DEVICES']?.split(',')[0] || '0',
      ...options,
    };
    this.#usedBefore = this.#used();
  }

  /** MiB (2^20 bytes) so far; null where there is no card or the driver does not answer. */
  peakMb(): number | null {
    if (this.#usedBefore === null) return null;
    return this.#own() ?? this.#growth();
  }

  #own(): number | null {
    for (const line of this.#ask(['--query-compute-apps=pid,used_memory']) ?? []) {
      const [pid, used] = line.split(',').map((cell) => cell.trim());
      if (Number(pid) === this.#options.pid) return nvidiaFigure(used ?? '');
    }
    return null;
  }

  #growth(): number | null {
    const used = this.#used();
    return used === null ? null : Math.max(0, used - this.#usedBefore!);
  }

  #used(): number | null {
    if (!this.#options.onCards) return null;
    const [line] = this.#ask(['--query-gpu=memory.used', '-i', this.#options.card]) ?? [];
    return line === undefined ? null : nvidiaFigure(line.trim());
  }

  /** Lines of the answer of the first program that there is; null where none answers. */
  #ask(query: readonly string[]): string[] | null {
    for (const program of this.#options.programs)
      try {
        const answer = execFileSync(program, [...query, '--format=csv,noheader,nounits'], {
          encoding: 'utf8',
          timeout: PATIENCE_MS,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        return answer.split('\n').filter((line) => line.trim() !== '');
      } catch {
        // Not there, or the driver does not answer it: the next one may.
      }
    return null;
  }
}
