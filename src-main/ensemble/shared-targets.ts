import { GranaryError } from '../../shared/errors.ts';
import { listSome } from './combine.ts';
import type { Member } from './members.ts';

/** What an ensemble is made over. */
export interface SharedTargets {
  targets: { name: string; classes: string[] }[];
  /** Those that some members predict and that are left out. */
  leftOut: string[];
}

/**
 * The targets that every member predicts, in the order of the first member's, or those that are asked for. Classes come in the
 * order of the first member's.
 * @param wanted names in the order in which they are to come; null: all that are shared
 * @throws GranaryError ENSEMBLE_TARGETS_DIFFER when a member does not predict one that is asked for, or none is shared
 */
export function sharedTargets(
  members: readonly Pick<Member, 'run' | 'predictions'>[],
  wanted: readonly string[] | null,
): SharedTargets {
  const first = members[0]!;
  const namesOf = (member: Pick<Member, 'predictions'>): string[] =>
    member.predictions.targets.map(({ name }) => name);
  for (const name of wanted ?? []) {
    const without = members.find((member) => !namesOf(member).includes(name));
    if (without !== undefined) {
      throw new GranaryError(
        'ENSEMBLE_TARGETS_DIFFER',
        `${without.run} does not predict "${name}": it was trained on ${listSome(namesOf(without))}.`,
        'Leave that run out, or ask for another target with --target.',
      );
    }
  }
  const shared = namesOf(first).filter((name) => members.every((member) => namesOf(member).includes(name)));
  const chosen = wanted === null ? shared : [...new Set(wanted)];
  if (chosen.length === 0) {
    const other = members.find((member) => !namesOf(member).some((name) => namesOf(first).includes(name)));
    throw new GranaryError(
      'ENSEMBLE_TARGETS_DIFFER',
      other === undefined
        ? 'There is no target that all these runs predict.'
        : `${first.run} predicts ${listSome(namesOf(first))}, and ${other.run} ${listSome(namesOf(other))}: no target is in all members.`,
      'Combine runs that were trained on a common target.',
    );
  }
  const all = [...new Set(members.flatMap(namesOf))];
  return {
    targets: chosen.map((name) => first.predictions.targets.find((target) => target.name === name)!),
    leftOut: all.filter((name) => !chosen.includes(name)),
  };
}
