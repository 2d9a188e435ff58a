import { type Tensor, tf } from '../../graph/tf.ts';
import type { ModelContext } from '../context.ts';

export interface DropOptions {
  /** Name of the random numbers; unique in a network. */
  name: string;
  /** Probability of dropping, 0 to below 1. */
  rate: number;
}

/**
 * Stochastic depth (Huang et al. 2016): in training a residual branch is left out for a picture with probability `rate`, and
 * scaled by 1/(1 − rate) where it is kept, so that its mean stays (timm's `scale_by_keep`). Otherwise, and at rate 0, it is the
 * branch itself, and nothing is recorded.
 * @param branch [n, ...], one row of the first axis a picture
 */
export function dropPath<T extends Tensor>(branch: T, context: ModelContext, { name, rate }: DropOptions): T {
  if (!context.training || rate === 0) return branch;
  const shape = branch.shape.map((side, axis) => (axis === 0 ? side : 1));
  return tf.mul(branch, keepMask(context, name, shape, rate)) as T;
}

/** 1/(1 − rate) with probability 1 − rate, else 0. A constant to gradients. */
export function keepMask(
  context: ModelContext,
  name: string,
  shape: readonly number[],
  rate: number,
): Tensor {
  const kept = 1 - rate;
  return tf.mul(tf.floor(tf.add(context.random(name, shape), kept)), 1 / kept);
}

/**
 * Rates of a network's residual blocks for a highest rate: rising evenly from 0 at the first to it at the last, as timm's
 * `calculate_drop_path_rates`.
 */
export function dropPathRates(highest: number, blocks: number): number[] {
  return Array.from({ length: blocks }, (_, i) => (blocks === 1 ? 0 : (highest * i) / (blocks - 1)));
}

/**
 * x + branch, with stochastic depth on the branch. Without it the branch adds x itself, which an op that fuses the sum does
 * for nothing.
 * @param branch computes the branch added to what it is given, or for null the branch alone
 */
export function addBranch<T extends Tensor>(
  x: T,
  context: ModelContext,
  options: DropOptions,
  branch: (residual: T | null) => T,
): T {
  if (!context.training || options.rate === 0) return branch(x);
  return tf.add(x, dropPath(branch(null), context, options)) as T;
}
