import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(_job: JobOf<'sample'>, _context: JobContext): Promise<JobResult<'sample'>> {
  throw new GranaryError('INTERNAL', 'sample is being written');
}
