import { GranaryError } from '../../shared/errors.ts';
import type { RunHeader, RunResult } from '../../shared/records/run-record.ts';
import { type Predictions, type PredictionSet, readPredictions } from '../runs/predictions.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';
import { readFinished, readRun, resolveRunIds } from '../runs/run-store.ts';
import { runFolder } from '../runs/run-writer.ts';
import type { ProbabilityTable } from './combine.ts';
import { type LabelledTable, labelledRows } from './labelled.ts';

/** A finished run that takes part in an ensemble. */
export interface Member {
  run: string;
  name: string;
  weight: number;
  header: RunHeader;
  result: Extract<RunResult, { status: 'finished' }>;
  predictions: Predictions;
}

/** Which of a run's two sets of probabilities is combined. */
export type ProbabilityKind = 'plain' | 'tta';

/**
 * Reads the members of an ensemble.
 * @param runs ids, or unique beginnings or ends of them; naming one twice counts it twice
 * @param weights one positive number a run, or null for equal votes
 * @throws GranaryError ENSEMBLE_EMPTY, ENSEMBLE_WEIGHTS, RUN_NOT_FOUND, RUN_NOT_FINISHED
 */
export async function readMembers(
  workspace: string,
  runs: readonly string[],
  weights: readonly number[] | null,
): Promise<Member[]> {
  if (runs.length === 0) {
    throw new GranaryError(
      'ENSEMBLE_EMPTY',
      'No runs were named.',
      'List the runs with `granary runs`, then name some.',
    );
  }
  if (
    weights !== null &&
    (weights.length !== runs.length || weights.some((w) => !(w > 0) || !Number.isFinite(w)))
  ) {
    throw new GranaryError(
      'ENSEMBLE_WEIGHTS',
      `${runs.length} runs need ${runs.length} weights above 0; got ${weights.join(', ') || 'none'}.`,
      'Write one weight for each run, in their order: --weights 2,1,1.',
    );
  }
  const members: Member[] = [];
  for (const [index, run] of (await resolveRunIds(workspace, runs)).entries()) {
    const weight = weights?.[index] ?? 1;
    const twin = members.find((other) => other.run === run);
    if (twin) twin.weight += weight;
    else members.push(await readMember(workspace, run, weight));
  }
  return members;
}

/**
 * Reads one finished run with its predictions.
 * @param run its whole id
 * @throws GranaryError RUN_NOT_FOUND, RUN_NOT_FINISHED, RUN_CORRUPT, SAFETENSORS_INVALID; ENSEMBLE_TARGETS_DIFFER for a recommender
 */
export async function readMember(workspace: string, run: string, weight: number): Promise<Member> {
  if (readRatingsRun(workspace, run) !== null)
    throw new GranaryError(
      'ENSEMBLE_TARGETS_DIFFER',
      `${run} is a recommender: it predicts what a user makes of an item, and runs of pictures the class of a picture. Nothing is predicted by both, so there is nothing to take a mean of.`,
      'Combine recommenders with recommenders (granary collab recommend RUN RUN …), and runs of pictures with one another.',
    );
  const finished = await readFinished(workspace, run);
  if (finished === null) {
    const { state, problem } = await readRun(workspace, run);
    throw new GranaryError(
      'RUN_NOT_FINISHED',
      `${run} is ${state}${problem === null ? '.' : `: ${problem}`} Only finished runs have predictions to combine.`,
      'Leave it out, or train it to the end.',
    );
  }
  const { header, result, notes } = finished;
  return {
    run,
    name: notes.name ?? header.name,
    weight,
    header,
    result,
    predictions: await readPredictions(runFolder(workspace, run)),
  };
}

/**
 * One member's probabilities of one target for a set of pictures; null where the run has none of that set.
 * Where a run was trained without test-time augmentation, its plain probabilities stand in.
 * @param target its name; the member has to predict it
 */
export function memberTable(
  member: Member,
  set: PredictionSet,
  target: string,
  kind: ProbabilityKind,
): ProbabilityTable | null {
  const found = member.predictions.sets[set];
  if (found === undefined) return null;
  const place = placeOf(member, target);
  const values = (kind === 'tta' ? found.tta : null) ?? found.plain;
  return { ids: found.ids, classes: member.predictions.targets[place]!.classes, values: values[place]! };
}

/**
 * {@link memberTable} with the truth beside it, of the pictures that have a label in this target alone: which others a run kept
 * depends on the targets that it trained on besides. Null for sets without labels.
 */
export function labelledTable(
  member: Member,
  set: PredictionSet,
  target: string,
  kind: ProbabilityKind,
): LabelledTable | null {
  const table = memberTable(member, set, target, kind);
  const labels = member.predictions.sets[set]?.labels?.[placeOf(member, target)];
  return table === null || labels == null ? null : labelledRows({ ...table, labels });
}

function placeOf(member: Member, target: string): number {
  return member.predictions.targets.findIndex(({ name }) => name === target);
}
