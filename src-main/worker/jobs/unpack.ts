import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { unpackedFolder } from '../../dataset/unpack.ts';
import type { JobContext } from '../context.ts';

/** Unpacks an archive into the workspace. */
export function run(job: JobOf<'unpack'>, context: JobContext): Promise<JobResult<'unpack'>> {
  return unpackedFolder(job.workspace, job.archive, {
    onProgress: (progress) => context.emit({ type: 'progress', ...progress }),
    signal: context.signal,
  });
}
