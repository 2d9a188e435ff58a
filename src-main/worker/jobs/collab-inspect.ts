import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { cachedRatings } from '../cached-ratings.ts';
import type { JobContext } from '../context.ts';
import { progressOf } from '../progress.ts';

/** Reads and checks a ratings file. */
export async function run(
  { ratings, options, workspace }: JobOf<'collab-inspect'>,
  context: JobContext,
): Promise<JobResult<'collab-inspect'>> {
  const onProgress = progressOf(context, 'reading ratings', 'bytes');
  const { manifest } = await cachedRatings(workspace, ratings, options, {
    signal: context.signal,
    onProgress,
  });
  return { manifest };
}
