import type { ErrorPayload } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { Attempt } from '../../shared/records/attempts.ts';
import { readAttempts, writeAttempt } from '../runs/attempts-file.ts';

/** One process at work on a run, as the run's record will have it. Written when the worker has begun, and when it has ended. */
export class RunAttempt {
  readonly #folder: string;
  readonly #attempt: Attempt;
  #begun = false;

  constructor(
    folder: string,
    facts: Pick<Attempt, 'reason' | 'accum' | 'microBatch' | 'checkpointing' | 'memory'>,
  ) {
    this.#folder = folder;
    this.#attempt = {
      number: (readAttempts(folder).at(-1)?.number ?? 0) + 1,
      started: new Date().toISOString(),
      ...facts,
      from: null,
      peakRssMb: null,
      ended: null,
      outcome: null,
      message: null,
    };
  }

  hear(event: WorkerEvent): void {
    if (event.type === 'run-started' || event.type === 'ratings-started') {
      this.#attempt.from = event.resumed ?? null;
      this.#begun = true;
      this.#write();
    }
    const ended = event.type === 'epoch' || event.type === 'ratings-epoch';
    const rss = event.type === 'step' ? event.rssMb : ended ? event.log.peakRssMb : 0;
    if (rss > (this.#attempt.peakRssMb ?? 0)) this.#attempt.peakRssMb = rss;
    const card = event.type === 'epoch' ? (event.log.peakCardMb ?? 0) : 0;
    if (card > (this.#attempt.peakCardMb ?? 0)) this.#attempt.peakCardMb = card;
  }

  ended(error: ErrorPayload | null): void {
    this.#attempt.ended = new Date().toISOString();
    this.#attempt.outcome = error === null ? 'finished' : error.code;
    this.#attempt.message = error?.message.slice(0, 1000) ?? null;
    // An attempt that did not come to its first file is worth a line only where others did.
    if (this.#begun || this.#attempt.number > 1 || error?.code === 'WORKER_OUT_OF_MEMORY') this.#write();
  }

  #write(): void {
    try {
      writeAttempt(this.#folder, this.#attempt);
    } catch {
      // A full disk must not end a run for the sake of its record.
    }
  }
}
