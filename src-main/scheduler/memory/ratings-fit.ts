import { GranaryError, toErrorPayload } from '../../../shared/errors.ts';
import { formatMb } from '../../../shared/memory.ts';
import {
  type RatingsCounts,
  nearestThatFits,
  recommenderNeedMb,
} from '../../../shared/recommender/memory-need.ts';
import type { RatingsConfig } from '../../../shared/records/ratings-run.ts';
import { readRatingsManifest } from '../../runs/ratings-store.ts';
import type { InvalidRatings, PlannedRatings } from '../ratings-grid.ts';
import { marginOf } from '../workspace-settings.ts';
import type { PlanningDevice } from './device.ts';
import { marginMb } from './plan.ts';
import { idleDevice } from './refusal.ts';
import { deviceIn, machineMonitor } from './this-machine.ts';

/**
 * A sweep with those recommenders told apart that would not fit the main memory even on an idle machine with nothing kept back. A file
 * that this workspace has not read yet can be of any size: its recommenders pass.
 * @param device for tests: other memory than this machine's
 */
export async function withoutTooLarge(
  planned: readonly (PlannedRatings | InvalidRatings)[],
  workspace: string,
  device: () => Promise<PlanningDevice> = mainMemory,
): Promise<(PlannedRatings | InvalidRatings)[]> {
  const first = planned.find((run) => !('error' in run));
  // All runs of a sweep are of one file.
  const counts = first === undefined ? null : countsOf(workspace, first.config);
  if (counts === null) return [...planned];
  const idle = idleDevice(await device());
  const margin = marginMb(idle, marginOf(workspace));
  return planned.map((run) => {
    if ('error' in run || recommenderNeedMb(run.config, counts) <= idle.freeMb) return run;
    return { ...run, error: toErrorPayload(tooLarge(run, counts, idle, margin)) };
  });
}

/**
 * What is said of a recommender that would not fit even on an idle machine, with the nearest that does.
 * @param margin MiB that are kept free as a rule: what is offered instead leaves them alone where it can
 */
export function tooLarge(
  { name, config }: Pick<PlannedRatings, 'name' | 'config'>,
  counts: RatingsCounts,
  { freeMb, name: place }: PlanningDevice,
  margin: number,
): GranaryError {
  const nearest = nearestThatFits(config, counts, freeMb - margin) ?? nearestThatFits(config, counts, freeMb);
  const changes = [
    ...(nearest !== null && nearest.batchSize !== config.batchSize
      ? [`batches of ${nearest.batchSize}`]
      : []),
    ...(nearest !== null && nearest.factors !== config.factors ? [`${nearest.factors} factors`] : []),
  ];
  return new GranaryError(
    'RUN_TOO_LARGE',
    `${name} does not fit into memory: it needs ${formatMb(recommenderNeedMb(config, counts))} (predicted), and there are ${formatMb(freeMb)} of ${place}.`,
    nearest === null
      ? 'Give fewer ratings, or use a machine with more memory.'
      : `With ${changes.join(' and ')} it fits.`,
  );
}

function countsOf(workspace: string, { ratings, options }: RatingsConfig): RatingsCounts | null {
  return readRatingsManifest(workspace, ratings, options);
}

/** Recommenders train on the processor, wherever pictures do. */
async function mainMemory(): Promise<PlanningDevice> {
  return deviceIn({ ...(await machineMonitor().read()), cards: [] }, null);
}
