import type { News } from '../../shared/ipc/channels.ts';
import type { JobResult } from '../../shared/ipc/job.ts';
import { type RunningJob, startJob } from '../scheduler/supervisor.ts';

/**
 * Brings pretrained weights onto this machine while somebody watches, as `granary fetch` does: in a worker, one fetch at a time. What
 * has arrived stays when it ends early, and the next fetch goes on there. It belongs to no workspace: weights are the user's.
 */
export class WeightsFetch {
  readonly #tell: (progress: News<'weights:progress'>) => void;
  #job: RunningJob<'fetch-weights'> | null = null;

  constructor(tell: (progress: News<'weights:progress'>) => void) {
    this.#tell = tell;
  }

  /**
   * Fetches weights one after another; those that are here are checked. A second call stops the first.
   * @param names `id.tag`
   * @throws GranaryError NO_NETWORK, WEIGHTS_NOT_FOUND, HASH_MISMATCH, NO_SPACE, ARCH_UNKNOWN, CANCELLED
   */
  async fetch(names: readonly string[]): Promise<JobResult<'fetch-weights'>['weights']> {
    this.#job?.stop();
    const job = startJob({ type: 'fetch-weights' as const, names: [...new Set(names)] }, (event) => {
      if (event.type !== 'progress' || this.#job !== job) return;
      const { stage, done, total, unit, perSecond } = event;
      this.#tell({ stage, done, total, unit, perSecond });
    });
    this.#job = job;
    try {
      return (await job.result).weights;
    } finally {
      if (this.#job === job) this.#job = null;
    }
  }

  stop(): void {
    this.#job?.stop();
  }
}
