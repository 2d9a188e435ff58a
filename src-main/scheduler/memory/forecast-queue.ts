import { constants, setPriority } from 'node:os';
import type { MemoryForecast, MemoryQuestion } from '../../../shared/records/memory-forecast.ts';
import { type RunningJob, startJob } from '../supervisor.ts';

/** Questions that one worker answers: few, so that what is wanted by then comes next. */
const AT_ONCE = 8;

/**
 * Makes predictions in the background, one worker at a time and behind everything else that wants the processor. What is wanted
 * may change at any moment; a worker at questions that nobody asks any more is ended.
 */
export class ForecastQueue {
  readonly #learnt: (forecast: MemoryForecast) => void;
  readonly #start: typeof startJob;
  #wanted: MemoryQuestion[] = [];
  #job: { running: RunningJob<'memory-forecast'>; keys: string[] } | null = null;
  /** Questions that a worker failed at: not asked again. */
  readonly #failed = new Set<string>();
  #closed = false;

  /** @param learnt called for each prediction as it is made */
  constructor(learnt: (forecast: MemoryForecast) => void, options: { startJob?: typeof startJob } = {}) {
    this.#learnt = learnt;
    this.#start = options.startJob ?? startJob;
  }

  /** Takes the place of what was wanted before. */
  want(questions: readonly MemoryQuestion[]): void {
    const keys = new Set<string>();
    this.#wanted = questions.filter((question) => {
      const key = JSON.stringify(question);
      if (keys.has(key) || this.#failed.has(key)) return false;
      keys.add(key);
      return true;
    });
    if (this.#job !== null && !this.#job.keys.some((key) => keys.has(key))) this.#job.running.kill();
    this.#next();
  }

  /** Whether a question cannot be answered: its worker failed. */
  failed(question: MemoryQuestion): boolean {
    return this.#failed.has(JSON.stringify(question));
  }

  close(): void {
    this.#closed = true;
    this.#wanted = [];
    this.#job?.running.kill();
  }

  #next(): void {
    if (this.#job !== null || this.#closed || this.#wanted.length === 0) return;
    const questions = this.#wanted.slice(0, AT_ONCE);
    const running = this.#start({ type: 'memory-forecast', questions }, (event) => {
      if (event.type === 'memory-forecast') this.#take(job, event.forecast);
    });
    const job = { running, keys: questions.map((question) => JSON.stringify(question)) };
    this.#job = job;
    yieldTo(running.pid);
    running.result
      .catch((error: unknown) => {
        const stopped = (error as { code?: string }).code === 'CANCELLED';
        // The one that it was at when it failed; those behind it are asked again.
        if (!stopped && job.keys[0] !== undefined) this.#fail(job.keys[0]);
      })
      .finally(() => {
        this.#job = null;
        this.#next();
      });
  }

  #take(job: { keys: string[] }, forecast: MemoryForecast): void {
    const key = JSON.stringify(forecast.question);
    job.keys = job.keys.filter((one) => one !== key);
    this.#wanted = this.#wanted.filter((question) => JSON.stringify(question) !== key);
    this.#learnt(forecast);
  }

  #fail(key: string): void {
    this.#failed.add(key);
    this.#wanted = this.#wanted.filter((question) => JSON.stringify(question) !== key);
  }
}

/** Training, the window and everything else come first. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Not every system lets one; it then only takes its share.
  }
}
