import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { JobContext } from '../context.ts';

export async function run(
  _job: JobOf<'native-check'>,
  _context: JobContext,
): Promise<JobResult<'native-check'>> {
  throw new GranaryError('INTERNAL', 'native-check is being written');
}
