import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(
  _job: JobOf<'bench-loader'>,
  _context: JobContext,
): Promise<JobResult<'bench-loader'>> {
  throw new GranaryError('INTERNAL', 'bench-loader is being written');
}
