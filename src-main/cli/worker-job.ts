import type { Job, JobResult } from '../../shared/ipc/job.ts';
import type { RatingsTable } from '../../shared/ratings/table.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { ratingsOf } from '../recommender/history.ts';
import { startJob } from '../scheduler/supervisor.ts';
import { formatDuration } from './format.ts';
import { printJson } from './output.ts';
import { StatusLine } from './progress.ts';
import { progressText } from './run-display.ts';

/** How long a job must run before it is said how long it will take. */
const KNOWN_AFTER_MS = 2000;

/**
 * Runs one job in a worker process with a progress line on the terminal; Ctrl-C stops it.
 * @param events with `json`: print the worker's events too
 * @throws GranaryError the worker's own, CANCELLED after Ctrl-C
 */
export async function runWorkerJob<J extends Job>(
  job: J,
  json: boolean,
  events = false,
): Promise<JobResult<J['type']>> {
  const status = new StatusLine(!json);
  const started = Date.now();
  const running = startJob(job, (event) => {
    if (json && events) printJson(event);
    if (event.type === 'warning' && !json) status.print(event.message, process.stderr);
    if (event.type !== 'progress') return;
    status.show(() => {
      const { done, total, perSecond } = event;
      const known = total !== null && perSecond && Date.now() - started > KNOWN_AFTER_MS;
      return `${progressText(event)}${known ? `, ${formatDuration((total - done) / perSecond)} left` : ''}`;
    });
  });
  const stop = (): void => running.stop();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await running.result;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    status.clear();
  }
}

/** What a run's users had rated in its file; a worker reads it anew where the workspace has no copy. */
export function keptRatings(workspace: string, run: RatingsRun, json: boolean): Promise<RatingsTable> {
  return ratingsOf(workspace, run, (ratings, options) =>
    runWorkerJob({ type: 'collab-inspect', ratings, options, workspace }, json),
  );
}
