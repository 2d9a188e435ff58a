import { weightsOf } from '../../shared/architectures/index.ts';
import type { JobResult } from '../../shared/ipc/job.ts';
import { missingWeights } from '../hub/missing.ts';
import type { PlannedRun } from '../scheduler/grid.ts';
import { pretrainedOf } from '../scheduler/grid-weights.ts';
import { runWorkerJob } from './worker-job.ts';

/**
 * Brings the pretrained weights of all planned runs onto this machine before the first one is queued: a hub that cannot be
 * reached is told at once and not in the middle of the night.
 * @throws GranaryError NO_NETWORK, WEIGHTS_NOT_FOUND, HASH_MISMATCH, NO_SPACE, CANCELLED
 */
export async function fetchAhead(
  runs: readonly PlannedRun[],
  json: boolean,
): Promise<JobResult<'fetch-weights'>['weights']> {
  const missing = missingWeights(pretrainedOf(runs)).map(({ name }) => name);
  return missing.length === 0 ? [] : fetchNamed(missing, json);
}

/** Fetches weights by name (`id`, for timm's default tag, or `id.tag`), with progress; those that are here are checked. */
export async function fetchNamed(
  names: readonly string[],
  json: boolean,
): Promise<JobResult<'fetch-weights'>['weights']> {
  const full = names.map((name) => {
    const { info, tag } = weightsOf(name);
    return `${info.id}.${tag.tag}`;
  });
  const { weights } = await runWorkerJob({ type: 'fetch-weights', names: [...new Set(full)] }, json, json);
  return weights;
}
