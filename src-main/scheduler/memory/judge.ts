import type { RunFit } from '../../../shared/records/memory-fit.ts';
import type { MemoryMargin, MemoryPlan } from '../../../shared/records/memory-plan.ts';
import type { PlanningDevice } from './device.ts';
import type { FitConfig } from './fit-options.ts';
import type { KnownFit, MemoryFit } from './fit.ts';
import { changesToFit, fitsWith, fitsWithoutMargin, idleDevice, refusalOf } from './refusal.ts';

/** What runs are judged by. */
export interface JudgeAround {
  fit: Pick<MemoryFit, 'known'>;
  device: PlanningDevice;
  margin: MemoryMargin;
  workspace: string;
  /** Classes of each target that is trained. */
  classes: number[];
}

/** A judgement, and a run whose prediction is wanted to complete it. `fit` null: nothing can be said before. */
export interface Judgement {
  fit: RunFit | null;
  missing: FitConfig | null;
}

/**
 * Judges before a run is queued what the gate will decide at its launch, from predictions (and probes of earlier runs) that are
 * there already. Starts nothing; the caller has the missing prediction made and asks again.
 * @throws GranaryError ARCH_UNKNOWN
 */
export function judgeFit(config: FitConfig, around: JudgeAround): Judgement {
  const known = (on: PlanningDevice, one: FitConfig = config): KnownFit | null =>
    around.fit.known(one, { ...around, device: on });
  const now = known(around.device);
  if (now === null) return { fit: null, missing: config };
  const { wholeMb } = now;
  const done = (state: RunFit['state'], plan: MemoryPlan, fix: string | null): Judgement => ({
    fit: { state, plan, wholeMb, fix },
    missing: null,
  });
  if (now.plan.fits) return done('fits', now.plan, null);
  if (!config.autoAccum) return done('tight', now.plan, null);
  const idle = idleDevice(around.device);
  const best = known(idle)!.plan;
  if (best.fits)
    return done('waits', best, 'Close other programs; the run waits until their memory is free.');
  if (fitsWithoutMargin(best, idle)) return done('tight', best, null);
  for (const change of changesToFit(config, idle)) {
    const smaller = { ...config, ...change };
    const found = known(idle, smaller);
    if (found === null) return { fit: { state: 'cannot', plan: best, wholeMb, fix: null }, missing: smaller };
    if (fitsWith(change, found.plan, best, idle))
      return done('cannot', best, refusalOf(config, best, change).fix);
  }
  return done('cannot', best, refusalOf(config, best, null).fix);
}
