import { toErrorPayload } from '../../../shared/errors.ts';
import { type RatingsCounts, recommenderNeedMb } from '../../../shared/recommender/memory-need.ts';
import { readRatingsManifest } from '../../runs/ratings-store.ts';
import type { LaunchDecision, RatingsLaunch } from '../launch-gate.ts';
import { abortable } from '../abortable.ts';
import { startJob } from '../supervisor.ts';
import { marginOf } from '../workspace-settings.ts';
import type { PlanningDevice } from './device.ts';
import { marginMb } from './plan.ts';
import { tooLarge } from './ratings-fit.ts';
import { idleDevice, waitingText } from './refusal.ts';
import { deviceIn, machineMonitor } from './this-machine.ts';

export interface RatingsGateOptions {
  /** For tests: other answers than this machine's. */
  device?: () => Promise<PlanningDevice>;
  startJob?: typeof startJob;
  /** As a launch gate's. */
  signal?: AbortSignal | undefined;
}

/**
 * Looks at the main memory right before a recommender starts: lets it wait for other programs' memory, or refuses it when it would
 * not fit even on an idle machine with nothing kept back. A file that this workspace never read is read first; the run then has it from the workspace's
 * copy. When nothing can be told, the run starts: what is wrong with its file it says itself.
 */
export async function ratingsGate(
  { name, config }: RatingsLaunch,
  workspace: string,
  { device = mainMemoryNow, startJob: start = startJob, signal }: RatingsGateOptions = {},
): Promise<LaunchDecision> {
  const begin: LaunchDecision = { type: 'start', accum: 1, plan: null };
  const { ratings, options } = config;
  try {
    const counts: RatingsCounts =
      readRatingsManifest(workspace, ratings, options) ??
      (await abortable(start({ type: 'collab-inspect', workspace, ratings, options }), signal)).manifest;
    const now = await device();
    const need = recommenderNeedMb(config, counts);
    const margin = marginOf(workspace);
    const fits = (on: PlanningDevice): boolean => need <= on.freeMb - marginMb(on, margin);
    const wait = (neededMb: number): LaunchDecision => ({
      type: 'wait',
      reason: waitingText(neededMb, now.freeMb, now.name),
    });
    if (fits(now)) return begin;
    const idle = idleDevice(now);
    if (fits(idle)) return wait(need + marginMb(now, margin));
    // The margin is for what a prediction misses: no run is lost for it.
    if (need <= idle.freeMb) return need <= now.freeMb ? begin : wait(need);
    const error = toErrorPayload(tooLarge({ name, config }, counts, idle, marginMb(idle, margin)));
    return { type: 'refuse', error };
  } catch {
    return begin;
  }
}

/** The main memory, whatever cards there are, the worker before it having ended. */
async function mainMemoryNow(): Promise<PlanningDevice> {
  return deviceIn({ ...(await machineMonitor().readAnew()), cards: [] }, null);
}
