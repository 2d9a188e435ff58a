import { architecture } from '../../../shared/architectures/index.ts';
import { allowsSize } from '../../../shared/architectures/sizes.ts';
import type { ErrorPayload } from '../../../shared/errors.ts';
import { type ImageSize, defaultPresize, formatImageSize } from '../../../shared/image-size.ts';
import { formatMb } from '../../../shared/memory.ts';
import { type MemoryPlan, neededMb } from '../../../shared/records/memory-plan.ts';
import type { RunConfig } from '../../../shared/records/run-config.ts';
import { multipliesBfloat16 } from '../../files/processor-flags.ts';
import type { PlanningDevice } from './device.ts';

/** What programs that are always there keep of a device: a run that does not fit beside them is not waited for. */
const ALWAYS_TAKEN = 0.1;

/** Smaller sizes that are offered when nothing fits, as shares of the size that was asked for. */
const SMALLER = [0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.1875, 0.125];

/** The device as it is when other programs have gone. */
export function idleDevice(now: PlanningDevice): PlanningDevice {
  return { ...now, freeMb: Math.max(now.freeMb, (1 - ALWAYS_TAKEN) * now.totalMb) };
}

/** Whether what a plan needs is there when nothing is kept back: tight, but no reason to refuse. */
export function fitsWithoutMargin(plan: MemoryPlan, { freeMb }: Pick<PlanningDevice, 'freeMb'>): boolean {
  return neededMb(plan) <= freeMb;
}

/** What to change about a run that does not fit. */
export type Change = { precision: 'bfloat16' } | { size: ImageSize; presize: ImageSize };

/** What to try in place of a run that does not fit, the nearest first: the same in half precision, then smaller sizes. */
export function changesToFit(
  config: Pick<RunConfig, 'arch' | 'size' | 'precision'>,
  { kind }: Pick<PlanningDevice, 'kind'>,
): Change[] {
  const half: Change[] =
    // Which cards are quick with it is not known here, and none has run it yet.
    config.precision === 'float32' && kind === 'main-memory' && multipliesBfloat16() === true
      ? [{ precision: 'bfloat16' }]
      : [];
  return [...half, ...smallerSizes(config).map((size) => ({ size, presize: defaultPresize(size) }))];
}

/**
 * Whether a run fits with that change.
 * @param found its plan; @param best the leanest plan without: what a probe saw beyond its prediction counts for the same network in half
 *   precision, too, where that was not probed itself
 */
export function fitsWith(
  change: Change,
  found: MemoryPlan,
  best: MemoryPlan,
  { freeMb }: Pick<PlanningDevice, 'freeMb'>,
): boolean {
  if (!found.fits || !('precision' in change) || found.probedMb !== null) return found.fits;
  return neededMb(found) + Math.max(0, neededMb(best) - best.predictedMb) + found.marginMb <= freeMb;
}

/** Sizes that the architecture takes, the largest first. */
function smallerSizes({ arch, size }: Pick<RunConfig, 'arch' | 'size'>): ImageSize[] {
  const { sizes } = architecture(arch);
  return SMALLER.map((share) => {
    const side = (pixels: number): number => Math.max(32, Math.round((pixels * share) / 32) * 32);
    return { height: side(size.height), width: side(size.width) };
  }).filter(
    (smaller, i, all) =>
      smaller.height < size.height && allowsSize(sizes, smaller) && smaller.height !== all[i - 1]?.height,
  );
}

/** What is said of a run that waits for other programs' memory; MiB. */
export function waitingText(neededMb: number, freeMb: number, place: string): string {
  return `Waits for memory: ${formatMb(neededMb)} are needed and ${formatMb(freeMb)} of ${place} free; other programs hold the rest.`;
}

/**
 * What is said of a run that cannot fit even on an idle machine.
 * @param best the way to train that needs least
 * @param change the nearest that would fit; null where none would
 */
export function refusalOf(
  { arch, size }: Pick<RunConfig, 'arch' | 'size'>,
  best: MemoryPlan,
  change: Change | null,
): ErrorPayload & { fix: string } {
  return {
    code: 'RUN_TOO_LARGE',
    message: `${arch} at ${formatImageSize(size)} px does not fit into memory. ${best.reason}`,
    fix: fixOf(change),
  };
}

function fixOf(change: Change | null): string {
  if (change === null) return 'Choose a smaller architecture.';
  if ('precision' in change)
    return 'Half precision fits (in the grid: Half precision; on the command line: --precision bfloat16). Or choose a smaller size or architecture.';
  return `Choose a smaller size: ${formatImageSize(change.size)} fits. Or a smaller architecture.`;
}
