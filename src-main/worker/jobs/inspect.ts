import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(_job: JobOf<'inspect'>, _context: JobContext): Promise<JobResult<'inspect'>> {
  throw new GranaryError('INTERNAL', 'inspect is being written');
}
