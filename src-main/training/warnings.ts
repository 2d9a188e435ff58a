import type { RunConfig } from '../../shared/records/run-config.ts';
import type { RunHeader } from '../../shared/records/run-record.ts';
import { labelsOfTarget, type TrainedTarget } from './targets.ts';
import type { EpochPlan } from './windows.ts';

/** What the run's user should know before the first step, in sentences. */
export function runWarnings(facts: {
  config: RunConfig;
  batchNorm: boolean;
  plan: EpochPlan;
  pretrained: boolean;
  /** What is said of half precision on what computes here; null: nothing. */
  slowHalf: string | null;
  targets: readonly TrainedTarget[];
  trainLabels: Int32Array;
  validLabels: Int32Array;
}): string[] {
  const { config, batchNorm, plan, targets } = facts;
  const warnings: string[] = [];
  if (config.accum > 1 && batchNorm) {
    warnings.push(
      // Without their size: a run that goes on in smaller ones is not warned again.
      `${config.arch} normalises over batches, and with accumulation over micro-batches alone: the result is not that of a whole batch of ${config.batchSize}.`,
    );
  }
  if (facts.slowHalf !== null) warnings.push(facts.slowHalf);
  if (plan.left > 0) {
    warnings.push(
      'One picture, each epoch another, sits out: it would be alone in the last batch, and batch normalisation cannot learn from one.',
    );
  }
  if (!facts.pretrained && config.frozenEpochs > 0) {
    warnings.push(
      `Without pretrained weights there is nothing to freeze: all ${config.frozenEpochs + config.epochs} epochs train all layers.`,
    );
  }
  targets.forEach((target, t) => {
    const absent = (labels: Int32Array): string[] => {
      const seen = new Set(labelsOfTarget(labels, targets.length, t));
      return target.classes.filter((_, c) => !seen.has(c));
    };
    const untrained = absent(facts.trainLabels);
    if (untrained.length > 0)
      warnings.push(
        `No training picture shows ${some(untrained)} (${target.name}): ${untrained.length === 1 ? 'it' : 'they'} cannot be learnt.`,
      );
    const unjudged = absent(facts.validLabels);
    if (unjudged.length > 0)
      warnings.push(
        `No validation picture shows ${some(unjudged)} (${target.name}): the error rate says nothing of ${unjudged.length === 1 ? 'it' : 'them'}.`,
      );
  });
  return warnings;
}

/**
 * What to know when the weights are those of a run on the same pictures: what validates here may have been learnt there.
 * @param source the run that the weights came from
 */
export function leakWarning(source: RunHeader | null, run: RunHeader): string | null {
  if (source === null || source.datasetHash !== run.datasetHash) return null;
  const learnt = [
    ...(source.validHash === run.validHash ? [] : ['validate']),
    ...(run.counts.holdout > 0 && !source.config.holdout ? ['are held out'] : []),
  ];
  if (learnt.length === 0) return null;
  return (
    `The weights' run ${source.id} learnt from pictures that ${learnt.join(' and ')} here, so those error rates look better than they are.` +
    (learnt.includes('validate') ? ` Its own split.json, given with --split, keeps them apart.` : '')
  );
}

function some(labels: readonly string[]): string {
  const shown = labels.slice(0, 3).map((label) => `"${label}"`);
  return labels.length > 3 ? `${shown.join(', ')} and ${labels.length - 3} more classes` : shown.join(' or ');
}
