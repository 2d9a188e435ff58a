import { architecture } from '../../../shared/architectures/index.ts';
import { defaultPresize } from '../../../shared/image-size.ts';
import type { Manifest } from '../../../shared/records/dataset.ts';
import type { MemoryForecast, MemoryQuestion } from '../../../shared/records/memory-forecast.ts';
import type { MemoryDevice, MemoryPlan } from '../../../shared/records/memory-plan.ts';
import type { ProbeQuestion, ProbeResult } from '../../../shared/records/memory-probe.ts';
import { manifestOfDataset } from '../../runs/manifest-store.ts';
import { compilesForCards } from '../worker-environment.ts';
import { accumulations } from './accumulations.ts';
import type { PlanningDevice } from './device.ts';
import type { FitConfig, FitOptions } from './fit-options.ts';
import type { MemoryChoice, MemoryNeed } from './plan-request.ts';

/** A probe of more pictures takes too long on a processor, and says hardly more. */
const LARGEST_PROBE_ON_PROCESSOR = 16;

/** What one way to train takes of a device; null where it was not predicted. */
export function needOf(
  { needs }: MemoryForecast,
  { accum, checkpointing }: MemoryChoice,
  { kind }: Pick<MemoryDevice, 'kind'>,
  probe: ProbeResult | null,
): MemoryNeed | null {
  const found = needs.find((one) => one.accum === accum && one.checkpointing === checkpointing);
  if (found === undefined) return null;
  const predictedMb = kind === 'card' ? found.cardMb : found.mainMb;
  const beyond = probe === null ? null : beyondPrediction(kind, probe);
  return { predictedMb, probedMb: beyond === null ? null : predictedMb + beyond };
}

/** What the steps took beyond their prediction, MiB: it does not depend much on how many pictures they had. Null: it was not seen. */
function beyondPrediction(kind: MemoryDevice['kind'], probe: ProbeResult): number | null {
  if (kind === 'main-memory') return probe.peakMb - probe.predictedMb;
  return probe.peakCardMb === null ? null : probe.peakCardMb - probe.predictedCardMb;
}

export function probeQuestion(
  config: FitConfig,
  plan: MemoryPlan,
  options: Pick<FitOptions, 'device' | 'workspace' | 'classes'>,
): ProbeQuestion {
  const { arch, size, presize, classes, precision } = questionOf(config, options);
  const largest = options.device.kind === 'card' ? plan.microBatch : LARGEST_PROBE_ON_PROCESSOR;
  return {
    ...{ arch, size, presize, classes, checkpointing: plan.checkpointing, precision },
    microBatch: Math.min(plan.microBatch, largest),
    accumulates: plan.accum > 1,
  };
}

/** What a probe's answer holds for: the way to train, and the device with its driver. */
export function probeKey(
  config: FitConfig,
  plan: MemoryPlan,
  options: Pick<FitOptions, 'device' | 'workspace' | 'classes'>,
): object {
  const { name, totalMb, driver } = options.device;
  return {
    ...probeQuestion(config, plan, options),
    device: name,
    totalMb: Math.round(totalMb / 64),
    driver,
    ...(compilesForCards() ? { compiled: true } : {}),
  };
}

/** What is to be predicted for a run. */
export function questionOf(
  config: FitConfig,
  {
    workspace,
    classes,
    device,
  }: Pick<FitOptions, 'workspace' | 'classes'> & { device: Pick<PlanningDevice, 'kind'> },
): MemoryQuestion {
  const { arch, size, presize, batchSize, accum, autoAccum, precision } = config;
  // One that was asked for need not be among those that the planner would offer.
  const accums = [...new Set([...accumulations(batchSize), ...(autoAccum ? [] : [accum])])];
  return {
    ...{ arch: architecture(arch).id, size, presize: presize ?? defaultPresize(size) },
    ...{ classes: classes ?? classesOf(config, workspace), batchSize, accums },
    precision,
    card: device.kind === 'card',
  };
}

/** Classes of the targets that are trained. They decide the last layer alone, so where nothing is known ten will do. */
export function classesOf({ dataset, targets }: FitConfig, workspace: string): number[] {
  return classCounts(dataset === undefined ? null : manifestOfDataset(workspace, dataset), targets ?? []);
}

/** The same of a dataset that was read: of the targets that are named, else of its first. */
export function classCounts(
  manifest: Pick<Manifest, 'targets'> | null,
  targets: readonly string[],
): number[] {
  if (manifest === null || manifest.targets.length === 0) return [10];
  const named = manifest.targets.filter(({ name }) => targets.includes(name));
  return (named.length === 0 ? manifest.targets.slice(0, 1) : named).map(({ classes }) =>
    Math.max(1, classes.length),
  );
}
