import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(_job: JobOf<'train'>, _context: JobContext): Promise<JobResult<'train'>> {
  throw new GranaryError('INTERNAL', 'train is being written');
}
