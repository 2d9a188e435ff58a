import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { drawSample } from '../../dataset/sample/draw-sample.ts';
import type { JobContext } from '../context.ts';

/** Draws the sample dataset. */
export async function run(job: JobOf<'sample'>, context: JobContext): Promise<JobResult<'sample'>> {
  const started = performance.now();
  let last = -Infinity;
  return drawSample(
    job.dest,
    { images: job.images, seed: job.seed },
    {
      signal: context.signal,
      onProgress: (done, total) => {
        const now = performance.now();
        if (now - last < 100 && done < total) return;
        last = now;
        const perSecond = (1000 * done) / (now - started);
        context.emit({
          type: 'progress',
          stage: 'drawing pictures',
          done,
          total,
          unit: 'pictures',
          perSecond,
        });
      },
    },
  );
}
