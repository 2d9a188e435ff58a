import { type MemoryMargin, type MemoryPlan, neededMb } from '../../../shared/records/memory-plan.ts';
import type { WhenShort } from '../../../shared/records/workspace-settings.ts';
import type { Launch, LaunchDecision, LaunchGate } from '../launch-gate.ts';
import { marginOf, readWorkspaceSettings } from '../workspace-settings.ts';
import type { PlanningDevice } from './device.ts';
import { MemoryFit } from './fit.ts';
import { type RatingsGateOptions, ratingsGate } from './ratings-gate.ts';
import { changesToFit, fitsWithoutMargin, idleDevice, refusalOf, waitingText } from './refusal.ts';
import { deviceNow } from './this-machine.ts';

export interface GateOptions {
  workspace: string;
  margin?: MemoryMargin;
  /** For tests: other answers than this machine's. */
  fit?: Pick<MemoryFit, 'fitOf'>;
  device?: (card: number | null) => Promise<PlanningDevice>;
  ratings?: RatingsGateOptions;
}

/**
 * Looks at the memory right before a run starts: plans how it fits, lets it wait for other programs' memory, or refuses it when
 * it would not fit even on an idle machine. When memory cannot be told, the run starts: no guess may cost a night.
 */
export function memoryGate(options: GateOptions): LaunchGate {
  const { workspace } = options;
  const fit = options.fit ?? new MemoryFit();
  const device = options.device ?? deviceNow;
  return async (launch, signal) => {
    if (launch.kind === 'ratings') return ratingsGate(launch, workspace, { ...options.ratings, signal });
    try {
      const now = await device(launch.card);
      const margin = options.margin ?? marginOf(workspace);
      const whenShort = launch.whenShort ?? readWorkspaceSettings(workspace).memory.whenShort;
      const { card } = launch;
      const probe = launch.config.autoAccum ? 'near' : 'never';
      const around = { workspace, margin, card, probe, signal } as const;
      const plan = async (on: PlanningDevice, config = configOf(launch)): Promise<MemoryPlan> =>
        (await fit.fitOf([config], { ...around, device: on }))[0]!.plan;
      return await decide({ ...launch, whenShort }, now, plan);
    } catch {
      return { type: 'start', accum: launch.accum, plan: null };
    }
  };
}

function configOf({ config, accum }: Launch): Launch['config'] {
  return { ...config, accum };
}

async function decide(
  launch: Launch & { whenShort: WhenShort },
  now: PlanningDevice,
  plan: (on: PlanningDevice, config?: Launch['config']) => Promise<MemoryPlan>,
): Promise<LaunchDecision> {
  const { config, whenShort } = launch;
  const planned = await plan(now);
  const start: LaunchDecision = { type: 'start', accum: planned.accum, plan: planned };
  if (planned.fits && whenShort === 'replan') return start;
  const idle = idleDevice(now);
  const best = await plan(idle);
  const wait = (neededMb: number): LaunchDecision => ({
    type: 'wait',
    reason: waitingText(neededMb, now.freeMb, now.name),
  });
  const withMargin = neededMb(best) + best.marginMb;
  if (planned.fits) return sameWay(planned, best) ? start : wait(withMargin);
  if (best.fits && (config.autoAccum || whenShort === 'wait')) return wait(withMargin);
  // An accumulation that was asked for is kept; its warning stands in the run's record.
  if (!config.autoAccum) return start;
  // The margin is for what a prediction misses. No run is lost for it: it starts in the leanest way, and recovery is behind it.
  if (fitsWithoutMargin(best, idle)) return fitsWithoutMargin(planned, now) ? start : wait(neededMb(best));
  for (const change of changesToFit(config, idle))
    if ((await plan(idle, { ...configOf(launch), ...change })).fits)
      return { type: 'refuse', error: refusalOf(config, best, change) };
  return { type: 'refuse', error: refusalOf(config, best, null) };
}

function sameWay(a: MemoryPlan, b: MemoryPlan): boolean {
  return a.accum === b.accum && a.checkpointing === b.checkpointing;
}
