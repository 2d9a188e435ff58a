import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { lookForRatings } from '../../dataset/ratings/look.ts';

/** Says whether files are ratings, by their names and first lines. */
export async function run({ paths, options }: JobOf<'collab-look'>): Promise<JobResult<'collab-look'>> {
  return { looks: await Promise.all(paths.map((path) => lookForRatings(path, options))) };
}
