import { weightsOf } from '../../../shared/architectures/index.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { findPretrained } from '../../models/weights.ts';
import type { JobContext } from '../context.ts';

/** Brings pretrained weights onto this machine, one after another, so that later runs need no network. */
export async function run(
  { names }: JobOf<'fetch-weights'>,
  { emit, signal }: JobContext,
): Promise<JobResult<'fetch-weights'>> {
  const weights: JobResult<'fetch-weights'>['weights'] = [];
  for (const name of names) {
    const { info, tag } = weightsOf(name);
    const full = `${info.id}.${tag.tag}`;
    const began = performance.now();
    let first: number | null = null;
    const onProgress = (done: number, total: number): void => {
      first ??= done;
      const seconds = Math.max(0.001, (performance.now() - began) / 1000);
      const place = names.length === 1 ? '' : ` (${weights.length + 1} of ${names.length})`;
      emit({
        ...{ type: 'progress', stage: `fetching weights ${full}${place}`, done, total, unit: 'bytes' },
        perSecond: (done - first) / seconds,
      });
    };
    const { kind, source, sha256, tensors } = await findPretrained(full, { onProgress, signal });
    const bytes = [...tensors.values()].reduce(
      (sum, { shape }) => sum + 4 * shape.reduce((product, side) => product * side, 1),
      0,
    );
    weights.push({ name: full, kind, source, sha256, bytes });
  }
  return { weights };
}
