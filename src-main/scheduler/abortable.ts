import type { Job, JobResult } from '../../shared/ipc/job.ts';
import type { RunningJob } from './supervisor.ts';

/**
 * A job's result. The job is ended when the signal says so, and the promise settles when its process is gone.
 * @param how `stop` lets it clear up behind itself; `kill` is for jobs that leave nothing behind
 * @throws GranaryError the worker's; CANCELLED when `signal` ended it
 */
export async function abortable<T extends Job['type']>(
  job: RunningJob<T>,
  signal: AbortSignal | undefined,
  how: 'stop' | 'kill' = 'stop',
): Promise<JobResult<T>> {
  const end = (): void => job[how]();
  if (signal?.aborted === true) end();
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await job.result;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
