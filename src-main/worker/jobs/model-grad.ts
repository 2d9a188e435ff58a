import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(_job: JobOf<'model-grad'>, _context: JobContext): Promise<JobResult<'model-grad'>> {
  throw new GranaryError('INTERNAL', 'model-grad is being written');
}
