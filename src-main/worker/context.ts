import type { WorkerEvent } from '../../shared/ipc/job.ts';

/** What every job gets: a way to talk, and word of being cancelled. Handlers check `signal` between steps. */
export interface JobContext {
  emit(event: WorkerEvent): void;
  signal: AbortSignal;
}
