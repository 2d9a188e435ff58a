import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { drawRatings } from '../../dataset/ratings/sample/draw-ratings.ts';
import { progressOf } from '../progress.ts';
import type { JobContext } from '../context.ts';

/** Draws a ratings dataset. */
export async function run(
  { dest, users, items, ratings, seed }: JobOf<'collab-sample'>,
  context: JobContext,
): Promise<JobResult<'collab-sample'>> {
  const onProgress = progressOf(context, 'writing ratings', 'ratings');
  return drawRatings(dest, { users, items, ratings, seed }, { signal: context.signal, onProgress });
}
