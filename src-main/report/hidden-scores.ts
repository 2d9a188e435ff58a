import type { Ensemble } from '../../shared/records/ensemble.ts';
import { type Answers, answered, judgeAnswers } from '../ensemble/answers.ts';
import { type ProbabilityTable, argmaxRows, combine } from '../ensemble/combine.ts';
import { type Member, memberTable, readMembers } from '../ensemble/members.ts';
import { readSubmission } from '../ensemble/submission.ts';

/** Error rates on answers that no run has seen: of one target, or of all together (a picture is right when each is). */
export interface HiddenScore {
  images: number;
  /** By run id. */
  runs: ReadonlyMap<string, number>;
  ensemble: number;
}

/** What members and ensemble are worth on known answers. */
export interface HiddenScores {
  /** By target, in the ensemble's order; targets without known answers are absent. */
  targets: ReadonlyMap<string, HiddenScore>;
  /** Null unless several targets have answers. */
  exactMatch: HiddenScore | null;
}

/**
 * Scores each member of an ensemble, and what it combines to, against a file of answers, joined by image id.
 * @throws GranaryError SUBMISSION_INVALID for a file that cannot be read, RUN_NOT_FOUND for a member that is gone
 */
export async function hiddenScores(
  workspace: string,
  ensemble: Ensemble,
  path: string,
): Promise<HiddenScores> {
  const { rows: answers } = await readSubmission(path);
  const members = await readMembers(
    workspace,
    ensemble.members.map((member) => member.run),
    ensemble.members.map((member) => member.weight),
  );
  const scored = answered(
    answers,
    ensemble.targets.map(({ name }) => name),
  );
  const score = (targets: readonly string[]): HiddenScore | null =>
    scoreTargets(members, targets, ensemble, answers);
  const each = scored.flatMap((target): [string, HiddenScore][] => {
    const found = score([target]);
    return found === null ? [] : [[target, found]];
  });
  return { targets: new Map(each), exactMatch: scored.length > 1 ? score(scored) : null };
}

/** Of several targets, pictures whose answer is known in each are judged, and each has to be right. */
function scoreTargets(
  members: readonly Member[],
  targets: readonly string[],
  { probabilities }: Ensemble,
  answers: Answers,
): HiddenScore | null {
  const tables = targets.map((target) =>
    members.flatMap((member) => {
      const table = memberTable(member, 'test', target, probabilities);
      return table === null ? [] : [{ name: member.run, weight: member.weight, table }];
    }),
  );
  if (tables.some((found) => found.length < members.length)) return null;
  const rate = (of: readonly ProbabilityTable[]): [number, number] => {
    const told = new Map(targets.map((target, t) => [target, predictions(of[t]!)]));
    const { images, wrong } = judgeAnswers(answers, targets, (id, target) => told.get(target)!.get(id));
    return [wrong / images, images];
  };
  const [ensemble, images] = rate(tables.map(combine));
  if (images === 0) return null;
  const runs = members.map(({ run }, m): [string, number] => [
    run,
    rate(tables.map((found) => found[m]!.table))[0],
  ]);
  return { images, runs: new Map(runs), ensemble };
}

/** The most probable class of each picture, by id. */
function predictions(table: ProbabilityTable): Map<string, string> {
  const best = argmaxRows(table);
  return new Map(table.ids.map((id, row) => [id, table.classes[best[row]!]!]));
}
