import type { EnsembleFigures } from '../../shared/records/ensemble.ts';
import type { Predictions } from '../runs/predictions.ts';
import { tableFigures } from './figures.ts';
import { type Judgement, judge } from './judge.ts';
import { exactMatchById } from './labelled.ts';
import { type Member, type ProbabilityKind, labelledTable } from './members.ts';
import { checkOneDataset } from './one-dataset.ts';
import { sharedTargets } from './shared-targets.ts';

/**
 * What members come to together: the weighted mean of their probabilities by image id, judged on pictures that none trained on.
 * Reads and writes nothing, so that weights can be tried as fast as a slider moves.
 * @param wanted names of targets; null: all that every member predicts
 * @throws GranaryError ENSEMBLE_TARGETS_DIFFER, ENSEMBLE_CLASSES_DIFFER, ENSEMBLE_IMAGES_DIFFER
 */
export function ensembleFigures(
  members: readonly Member[],
  wanted: readonly string[] | null,
  kind: ProbabilityKind,
): EnsembleFigures {
  const { targets, leftOut } = sharedTargets(members, wanted);
  const judgements = new Map(targets.map(({ name }) => [name, judgeTarget(members, name, kind)]));
  checkOneDataset(members);
  const tables = [...judgements.values()].map(({ table }) => table);
  const first = judgements.get(targets[0]!.name)!;
  return {
    datasetHash: members[0]!.header.datasetHash,
    members: members.map((member) => ({
      run: member.run,
      name: member.name,
      weight: member.weight,
      errorRate: ownFigures(member, judgements, kind),
    })),
    probabilities: kind,
    judgedOn: first.judgedOn,
    membersPerImage: first.membersPerImage,
    targets: targets.map(({ name, classes }, target) => ({
      name,
      classes,
      ...tableFigures(tables[target]!),
    })),
    leftOut,
    exactMatch: exactMatchById(tables),
  };
}

function judgeTarget(members: readonly Member[], target: string, kind: ProbabilityKind): Judgement {
  return judge(
    members.map((member) => ({
      name: member.run,
      weight: member.weight,
      holdout: labelledTable(member, 'holdout', target, kind),
      valid: labelledTable(member, 'valid', target, kind)!,
    })),
  );
}

/** Own rates do not depend on weights: worked out once for as long as the predictions are kept. */
const ownRates = new WeakMap<Predictions, Map<string, number | null>>();

/** A member's error rate by itself on a set of its pictures; null where it has none. */
export function ownErrorRate(
  member: Member,
  set: 'holdout' | 'valid',
  target: string,
  kind: ProbabilityKind,
): number | null {
  const known = ownRates.get(member.predictions) ?? new Map<string, number | null>();
  ownRates.set(member.predictions, known);
  const key = JSON.stringify([set, target, kind]);
  const rate = known.get(key);
  if (rate !== undefined) return rate;
  const table = labelledTable(member, set, target, kind);
  const fresh = table === null ? null : tableFigures(table).errorRate;
  known.set(key, fresh);
  return fresh;
}

/** A member's own error rates, in the order of the targets: on the common hold-out, or on its own unseen pictures where there is none. */
function ownFigures(
  member: Member,
  judgements: ReadonlyMap<string, Judgement>,
  kind: ProbabilityKind,
): number[] | null {
  const rates = [...judgements].map(([target, { judgedOn }]) =>
    ownErrorRate(member, judgedOn === 'holdout' ? 'holdout' : 'valid', target, kind),
  );
  return rates.every((rate): rate is number => rate !== null) ? rates : null;
}
