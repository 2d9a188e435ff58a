import type { Tensor, Tensor1D, Tensor2D } from '../../graph/tf.ts';

export type Side = 'user' | 'item';
export const sides = ['user', 'item'] as const;

/** Columns of an embedding table that mean one thing, such as 50 factors or one bias. */
export interface ColumnGroup {
  name: string;
  width: number;
}

/** A parameter that all users and items share. */
export interface WeightSpec {
  name: string;
  shape: readonly number[];
  /** Uniform either way within this bound, as PyTorch starts its linear layers. */
  bound: number;
  /** Whether weight decay takes it. */
  decay: boolean;
}

/**
 * A recommender: what it learns of each user and item (a row of an embedding table), what all share, and how a score comes of
 * them. `score` is plain TensorFlow.js and sees only the rows of its batch: looking them up, and bringing gradients back to the
 * tables, is the program's.
 */
export interface Recommender {
  columns: Readonly<Record<Side, readonly ColumnGroup[]>>;
  weights: readonly WeightSpec[];
  /**
   * @param user rows of the batch's users [batch, sum of the columns' widths], `item` likewise
   * @param weight a shared parameter by its name
   * @returns scores [batch], before the intercept and the range
   */
  score(user: Tensor2D, item: Tensor2D, weight: (name: string) => Tensor): Tensor1D;
}

/** Standard deviation that embeddings start with: fastai's, and PyTorch's script's that Granary is compared with. */
export const EMBEDDING_STD = 0.01;

export const rowWidth = (groups: readonly ColumnGroup[]): number =>
  groups.reduce((sum, { width }) => sum + width, 0);
