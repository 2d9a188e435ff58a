import { architecture } from '../../../shared/architectures/index.ts';
import { allowsSize } from '../../../shared/architectures/sizes.ts';
import { type ImageSize, formatImageSize } from '../../../shared/image-size.ts';
import { formatMb } from '../../../shared/memory.ts';
import { type MemoryMargin, type MemoryPlan, neededMb } from '../../../shared/records/memory-plan.ts';
import type { Launch, LaunchDecision, LaunchGate } from '../launch-gate.ts';
import { memoryLimit } from '../worker-limit.ts';
import { parseMargin } from './amount.ts';
import { type PlanningDevice, deviceOf } from './device.ts';
import { MemoryFit } from './fit.ts';
import { MemoryMonitor } from './monitor.ts';

export interface GateOptions {
  workspace: string;
  margin?: MemoryMargin;
  /** For tests: other answers than this machine's. */
  fit?: Pick<MemoryFit, 'fitOf'>;
  device?: (card: number | null) => Promise<PlanningDevice>;
}

/** What programs that are always there keep of a device: a run that does not fit beside them is not waited for. */
const ALWAYS_TAKEN = 0.1;

/** Smaller sizes that are offered when nothing fits, as shares of the size that was asked for. */
const SMALLER = [0.875, 0.75, 0.625, 0.5, 0.375, 0.25];

/**
 * Looks at the memory right before a run starts: plans how it fits, lets it wait for other programs' memory, or refuses it when
 * it would not fit even on an idle machine. When memory cannot be told, the run starts: no guess may cost a night.
 */
export function memoryGate(options: GateOptions): LaunchGate {
  const { workspace } = options;
  const fit = options.fit ?? new MemoryFit();
  const device = options.device ?? thisMachine;
  return async (launch) => {
    try {
      const now = await device(launch.card);
      const margin = options.margin ?? parseMargin();
      const around = { workspace, margin, probe: launch.config.autoAccum ? 'near' : 'never' } as const;
      const plan = async (on: PlanningDevice, config = configOf(launch)): Promise<MemoryPlan> =>
        (await fit.fitOf([config], { ...around, device: on }))[0]!.plan;
      return await decide(launch, now, plan);
    } catch {
      return { type: 'start', accum: launch.accum, plan: null };
    }
  };
}

function configOf({ config, accum }: Launch): Launch['config'] {
  return { ...config, accum };
}

async function decide(
  launch: Launch,
  now: PlanningDevice,
  plan: (on: PlanningDevice, config?: Launch['config']) => Promise<MemoryPlan>,
): Promise<LaunchDecision> {
  const { config, whenShort } = launch;
  const planned = await plan(now);
  const start: LaunchDecision = { type: 'start', accum: planned.accum, plan: planned };
  if (planned.fits && whenShort === 'replan') return start;
  const idle = { ...now, freeMb: Math.max(now.freeMb, (1 - ALWAYS_TAKEN) * now.totalMb) };
  const best = await plan(idle);
  if (planned.fits) return sameWay(planned, best) ? start : { type: 'wait', reason: waitingFor(best, now) };
  if (best.fits && (config.autoAccum || whenShort === 'wait'))
    return { type: 'wait', reason: waitingFor(best, now) };
  // An accumulation that was asked for is kept; its warning stands in the run's record.
  if (!config.autoAccum) return start;
  const smaller = await smallerThatFits(config, (size) =>
    plan(idle, { ...configOf(launch), size, presize: undefined }),
  );
  return {
    type: 'refuse',
    message: `${config.arch} at ${formatImageSize(config.size)} px does not fit into memory. ${best.reason}`,
    fix:
      smaller === null
        ? 'Choose a smaller architecture.'
        : `Choose a smaller size: ${formatImageSize(smaller)} fits. Or a smaller architecture.`,
  };
}

function sameWay(a: MemoryPlan, b: MemoryPlan): boolean {
  return a.accum === b.accum && a.checkpointing === b.checkpointing;
}

function waitingFor(plan: MemoryPlan, { freeMb, name }: PlanningDevice): string {
  return `Waits for memory: ${formatMb(neededMb(plan) + plan.marginMb)} are needed and ${formatMb(freeMb)} of ${name} free; other programs hold the rest.`;
}

async function smallerThatFits(
  config: Pick<Launch['config'], 'arch' | 'size'>,
  plan: (size: ImageSize) => Promise<MemoryPlan>,
): Promise<ImageSize | null> {
  const info = architecture(config.arch);
  for (const share of SMALLER) {
    const side = (pixels: number): number => Math.max(32, Math.round((pixels * share) / 32) * 32);
    const size = { height: side(config.size.height), width: side(config.size.width) };
    if (size.height >= config.size.height || !allowsSize(info.sizes, size)) continue;
    if ((await plan(size)).fits) return size;
  }
  return null;
}

let monitor: MemoryMonitor | null = null;

/** One monitor a process serves all gates; it holds nothing up when the process wants to end. */
async function thisMachine(card: number | null): Promise<PlanningDevice> {
  monitor ??= new MemoryMonitor();
  const device = deviceOf(await monitor.read(), card);
  const limit = memoryLimit();
  if (limit === undefined || device.kind === 'card') return device;
  const limitMb = limit / 2 ** 20;
  return limitMb >= device.freeMb
    ? device
    : { ...device, name: 'the limit on each worker', totalMb: limitMb, freeMb: limitMb };
}
