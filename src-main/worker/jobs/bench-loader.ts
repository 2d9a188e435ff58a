import { parseImageSize } from '../../../shared/image-size.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { measureLoader } from '../../preprocess/measure-loader.ts';
import type { JobContext } from '../context.ts';

/** Measures decoding and the pixel cache on a folder of pictures. */
export async function run(
  job: JobOf<'bench-loader'>,
  context: JobContext,
): Promise<JobResult<'bench-loader'>> {
  return measureLoader(job.dataset, parseImageSize(job.size), job.workspace, {
    onProgress: (progress) => context.emit({ type: 'progress', ...progress }),
    signal: context.signal,
  });
}
