import { GranaryError } from './errors.ts';

/**
 * What each target's loss counts in the sum that is minimised.
 * @returns undefined when each counts the same 1
 * @throws GranaryError CONFIG_INVALID when there is not one weight a target
 */
export function checkTargetWeights(
  targets: readonly string[],
  weights: readonly number[] | undefined,
): number[] | undefined {
  if (weights === undefined) return undefined;
  if (weights.length !== targets.length) {
    throw new GranaryError(
      'CONFIG_INVALID',
      `${counted(targets.length, 'target')} (${targets.join(', ')}) and ${counted(weights.length, 'weight')} (${weights.join(', ')}) were given.`,
      'Give one weight for each target, in their order: --target label --target variety --target-weights 1,0.5.',
    );
  }
  return weights.every((weight) => weight === 1) ? undefined : [...weights];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
