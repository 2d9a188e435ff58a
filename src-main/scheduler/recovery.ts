import type { ErrorPayload } from '../../shared/errors.ts';
import type { QueueItem } from '../../shared/records/queue.ts';

/** What becomes of a run whose worker failed. */
export type Recovery =
  | { again: true; accum: number; checkpointing: boolean; reason: string }
  /** `error` says more than the worker's own, where there is more to say. */
  | { again: false; error: ErrorPayload };

/** What of a run decides how it can go on. */
interface Recoverable {
  kind?: QueueItem['kind'];
  config: { batchSize: number };
}

/** Kills from outside after which the run had come no further, before it is given up. */
export const MOST_FRUITLESS_KILLS = 4;

/**
 * Decides whether a run goes on in a new process. Too little memory: with accumulation doubled, so that the effective batch stays;
 * after at most log2(batch) doublings a micro-batch is one picture, and there is nothing left to halve: then with checkpointing, the last
 * resort. Killed from
 * outside: as it was; when that brings it no further, memory is the likeliest reason (not every system says so), and it is doubled
 * too. A crash, and all else, is not tried again: it would come again.
 * @param run.accum the accumulation that failed
 * @param run.checkpointing whether what failed had checkpointing already
 * @param run.fruitless kills in a row after which no checkpoint was newer than before, this one included
 */
export function recoveryOf(
  error: ErrorPayload,
  run: { item: Recoverable; accum: number; checkpointing: boolean; fruitless: number },
): Recovery {
  const { kind, config } = run.item;
  const { checkpointing } = run;
  // A recommender's batch is not what fills the memory: its tables are, and they do not shrink.
  const next = kind === 'ratings' ? null : nextAccumulation(config.batchSize, run.accum);
  if (error.code === 'WORKER_OUT_OF_MEMORY' && kind === 'ratings')
    return {
      again: false,
      error: { ...error, fix: 'Choose fewer factors or a smaller batch, or close other programs.' },
    };
  if (error.code === 'WORKER_OUT_OF_MEMORY') {
    if (next !== null)
      return {
        ...{ again: true, accum: next, checkpointing },
        reason: `memory did not suffice at accumulation ${run.accum}`,
      };
    if (!checkpointing)
      return {
        ...{ again: true, accum: run.accum, checkpointing: true },
        reason: `memory did not suffice at accumulation ${run.accum} without checkpointing`,
      };
    return {
      again: false,
      error: {
        ...error,
        message: `${error.message} The micro-batch was one picture already, with checkpointing.`,
        fix: 'Choose a smaller size or architecture, or close other programs.',
      },
    };
  }
  if (error.code === 'WORKER_KILLED' && run.fruitless < MOST_FRUITLESS_KILLS) {
    const accum = run.fruitless >= 2 && next !== null ? next : run.accum;
    return { again: true, accum, checkpointing, reason: 'the worker was killed from outside' };
  }
  return { again: false, error };
}

/** The smallest accumulation that is at least twice this one and divides the batch; null when there is none. */
export function nextAccumulation(batchSize: number, accum: number): number | null {
  for (let next = 2 * accum; next <= batchSize; next++) if (batchSize % next === 0) return next;
  return null;
}
