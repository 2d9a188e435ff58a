import type { Job, JobResult } from '../../shared/ipc/job.ts';
import { startJob } from '../scheduler/supervisor.ts';
import { formatBar, formatDuration } from './format.ts';
import { StatusLine } from './progress.ts';

/**
 * Runs one job in a worker process with a progress line on the terminal; Ctrl-C stops it.
 * @throws GranaryError the worker's own, CANCELLED after Ctrl-C
 */
export async function runWorkerJob<J extends Job>(job: J, json: boolean): Promise<JobResult<J['type']>> {
  const status = new StatusLine(!json);
  const started = Date.now();
  const running = startJob(job, (event) => {
    if (event.type === 'warning') status.print(event.message, process.stderr);
    if (event.type !== 'progress') return;
    status.show(() => {
      const { stage, done, total, unit, perSecond } = event;
      const rate = perSecond === null ? '' : `  ${perSecond.toFixed(0)} ${unit}/s`;
      if (total === null) return `${stage}  ${done} ${unit}${rate}`;
      const left = perSecond ? `  ${formatDuration((total - done) / perSecond)} left` : '';
      return `${stage}  ${formatBar(done / total, 20)} ${done}/${total}${rate}${Date.now() - started > 2000 ? left : ''}`;
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
