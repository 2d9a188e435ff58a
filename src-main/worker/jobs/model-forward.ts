import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(
  _job: JobOf<'model-forward'>,
  _context: JobContext,
): Promise<JobResult<'model-forward'>> {
  throw new GranaryError('INTERNAL', 'model-forward is being written');
}
