import { slowHalfWarning } from '../files/processor-flags.ts';
import { nativeBinding } from '../graph/attributes.ts';
import { checkSize, weightsOf } from '../../shared/architectures/index.ts';
import { GranaryError } from '../../shared/errors.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import { memoryWarning } from '../../shared/memory.ts';
import type { Manifest } from '../../shared/records/dataset.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import type { RunHeader } from '../../shared/records/run-record.ts';
import { checkTargetWeights } from '../../shared/target-weights.ts';
import { type Split, drawSplit, readSplitFile } from '../dataset/splits.ts';
import { evaluationBatch } from './evaluation-batch.ts';
import { BODY_GROUPS, lrGroupOf } from './lr-groups.ts';
import { type Phase, planPhases } from './phases.ts';
import { type PictureSets, pictureSets } from './pictures.ts';
import { recordProgram } from './program/record.ts';
import type { ResumePoint } from './resume-point.ts';
import { resumedWarnings } from './resumed-warnings.ts';
import type { RecordedProgram } from './program/spec.ts';
import { type RunIdentity, describeRun } from './run-header.ts';
import {
  type StartingWeights,
  type WeightsSurroundings,
  matchStartingWeights,
  resumedWeights,
  startingWeights,
} from './starting-weights.ts';
import { type TrainedTarget, chooseTargets, labelTable, labelsOfTarget } from './targets.ts';
import { leakWarning, runWarnings } from './warnings.ts';
import { type EpochPlan, planEpoch } from './windows.ts';

/** Everything that is settled before the first step. */
export interface PreparedRun {
  header: RunHeader;
  /** As in the header: nothing left to default. */
  config: RunConfig & { presize: ImageSize };
  /** The dataset's root. */
  root: string;
  split: Split;
  sets: PictureSets;
  targets: TrainedTarget[];
  /** [pictures, targets] of each labelled set. */
  labels: { train: Int32Array; valid: Int32Array; holdout: Int32Array };
  plan: EpochPlan;
  phases: Phase[];
  evalBatch: number;
  recorded: RecordedProgram;
  /** Values to load after the initialisers ran; empty from scratch. */
  startingValues: Map<string, Float32Array>;
}

/** How much larger than the training size the cached pixels are by default: 192 to the lesson's 128. */
const PRESIZE_FACTOR = 1.5;

/** AdamW's β2 and ε as in fastai. */
const OPTIMIZER = { beta2: 0.99, epsilon: 1e-5 };

/**
 * Settles a run: targets, split, weights, plan, graph.
 * @param resume the earlier attempt that is gone on from: its split and its record of the weights stay
 * @param around where a run's weights are looked for, and how fetching is heard and stopped
 * @throws GranaryError for every mistake in the config, and for weights that cannot be had
 */
export async function prepareRun(
  identity: RunIdentity,
  requested: RunConfig,
  manifest: Manifest,
  resume: ResumePoint | null = null,
  around: WeightsSurroundings = {},
): Promise<PreparedRun> {
  const { info, tag } = weightsOf(requested.arch);
  checkSize(info, requested.size);
  if (requested.batchSize % requested.accum !== 0) {
    throw new GranaryError(
      'CONFIG_INVALID',
      `An effective batch of ${requested.batchSize} cannot be cut into ${requested.accum} equal micro-batches.`,
      'Choose an accumulation that divides the batch size: the effective batch is never changed silently.',
    );
  }
  const targets = chooseTargets(manifest, requested.targets);
  const names = targets.map((target) => target.name);
  const targetWeights = checkTargetWeights(names, requested.targetWeights);
  const { split, notes } = await chooseSplit(requested, manifest, names, resume?.splitPath);
  const sets = pictureSets(manifest, split);
  const labels = {
    train: labelTable(sets.train, targets),
    valid: labelTable(sets.valid, targets),
    holdout: labelTable(sets.holdout, targets),
  };
  checkLabels(targets, 'training', labels.train);
  checkLabels(targets, 'validation', labels.valid);
  // The network's values come from the checkpoint then, so the file that the run began with may be gone.
  const weights: StartingWeights =
    resume === null
      ? await startingWeights(requested.arch, requested.weights, around)
      : resumedWeights(resume.header.weights);
  const pretrained = weights.kind !== 'scratch';
  const phases = planPhases(requested, pretrained);
  if (phases.length === 0) {
    throw new GranaryError(
      'CONFIG_INVALID',
      'The run has no epochs, neither frozen nor full.',
      'Give --epochs or --frozen-epochs at least 1.',
    );
  }
  const config = {
    ...requested,
    presize: requested.presize ?? scaled(requested.size, PRESIZE_FACTOR),
    targets: names,
    targetWeights,
    epochs: epochsOf(phases, 'full'),
    frozenEpochs: epochsOf(phases, 'frozen'),
  };
  const plan = planEpoch(sets.train.length, { ...config, batchNorm: info.batchNorm });
  const evalBatch = evaluationBatch(plan.microBatch);
  const accumulate = config.accum > 1;
  const recorded = recordProgram(
    {
      arch: info.id,
      targets: targets.map((target) => target.classes.length),
      targetWeights,
      pixels: config.presize,
      size: config.size,
      microBatch: plan.microBatch,
      lastMicroBatch: plan.lastMicroBatch ?? undefined,
      evalBatch,
      train: !accumulate && config.epochs > 0,
      accumulate,
      trainHead: config.frozenEpochs > 0,
      labelSmoothing: config.labelSmoothing,
      checkpointing: config.checkpointing,
      precision: config.precision,
      dropPath: config.dropPath,
      dropout: config.dropout,
      // The weights' own: tags of one architecture may differ.
      normalise: { mean: tag.mean, std: tag.std },
      lrGroups: BODY_GROUPS,
      optimizer: OPTIMIZER,
    },
    lrGroupOf,
  );
  const matched = matchStartingWeights(recorded, weights);
  const short = identity.memory === undefined ? null : memoryWarning(identity.memory);
  const warnings = notes.concat(
    short ?? [],
    runWarnings({
      ...{ config: requested, batchNorm: info.batchNorm, plan, pretrained, targets },
      slowHalf: slowHalfWarning(config.precision, nativeBinding().isUsingGpuDevice()),
      ...{ trainLabels: labels.train, validLabels: labels.valid },
    }),
  );
  const header = describeRun({
    ...{ identity, config, manifest, targets, sets, plan, recorded },
    weights: {
      ...{ kind: weights.kind, source: weights.source, sha256: weights.sha256 },
      ...{ missing: matched.missing, unexpected: matched.unexpected },
    },
    warnings: resume === null ? warnings : resumedWarnings(resume, warnings, config, recorded.hash),
  });
  const leak = leakWarning(weights.run, header);
  if (leak !== null) header.warnings.push(leak);
  if (resume !== null) {
    header.created = resume.header.created;
    header.weights = resume.header.weights;
  }
  return {
    ...{ header, config, root: manifest.root, split, sets, targets, labels },
    ...{ plan, phases, evalBatch, recorded, startingValues: matched.values },
  };
}

/** The run's own split, or that of a file with what had to be taken out of it. */
async function chooseSplit(
  config: RunConfig,
  manifest: Manifest,
  targets: string[],
  drawnBefore: string | undefined,
): Promise<{ split: Split; notes: string[] }> {
  const { split, seed, holdout } = config;
  if (drawnBefore !== undefined) {
    const { notes, ...lists } = await readSplitFile(drawnBefore, manifest, { holdout, targets });
    return { split: lists, notes };
  }
  if (split.type === 'file') {
    const { notes, ...lists } = await readSplitFile(split.path, manifest, { holdout, targets });
    return { split: lists, notes };
  }
  const { validFraction } = split;
  return { split: drawSplit(manifest, targets, { seed, validFraction, holdout }), notes: [] };
}

/** A target without a single label to learn from or to be judged by would give figures that mean nothing. */
function checkLabels(targets: readonly TrainedTarget[], set: string, labels: Int32Array): void {
  targets.forEach(({ name }, t) => {
    if (labelsOfTarget(labels, targets.length, t).some((label) => label >= 0)) return;
    throw new GranaryError(
      'SPLIT_INVALID',
      `No ${set} picture has a label for "${name}".`,
      'Choose another split or seed, or train on other targets.',
    );
  });
}

function scaled(size: ImageSize, factor: number): ImageSize {
  return { height: Math.round(size.height * factor), width: Math.round(size.width * factor) };
}

function epochsOf(phases: readonly Phase[], kind: Phase['phase']): number {
  return phases.reduce((sum, { phase, epochs }) => sum + (phase === kind ? epochs : 0), 0);
}
