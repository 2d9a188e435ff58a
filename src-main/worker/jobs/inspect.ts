import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { cachedManifest } from '../../dataset/manifest-store.ts';
import type { JobContext } from '../context.ts';

/** Reads and checks a dataset; the manifest is the result, and stays in the workspace. */
export async function run(job: JobOf<'inspect'>, context: JobContext): Promise<JobResult<'inspect'>> {
  const manifest = await cachedManifest(job.workspace, job.dataset, job.options, {
    onProgress: (progress) => context.emit({ type: 'progress', ...progress }),
    signal: context.signal,
  });
  return { manifest };
}
