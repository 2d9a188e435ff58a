import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(_job: JobOf<'bench-step'>, _context: JobContext): Promise<JobResult<'bench-step'>> {
  throw new GranaryError('INTERNAL', 'bench-step is being written');
}
