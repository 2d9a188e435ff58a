import type { Objective } from '../objective.ts';
import type { Recommender } from '../models/types.ts';

/** Everything that decides a recorded program. */
export interface CollabSpec {
  model: Recommender;
  users: number;
  items: number;
  batchSize: number;
  /** Steps of one native call. */
  unrolled: number;
  evalBatch: number;
  objective: Objective;
  beta2: number;
  /** Decay × weight is added to the gradient of everything that decays; 0: none. */
  l2: number;
  /** Decay × squared weights of its two rows is added to each row's loss; 0: none. */
  perRating: number;
}

/** One batch: indices and what was truly given (a rating, or 1 and 0). */
export interface Batch {
  user: Int32Array;
  item: Int32Array;
  truth: Float32Array;
}

/** Values by name: `user` [users, row], `item` [items, row], and the shared weights. */
export type Values = Map<string, Float32Array>;

/** What a program can do; dense and sparse ones differ in cost, not in results. */
export interface CollabProgram {
  /** Rows of the tables and shared weights as they stand. */
  read(): Values;
  load(values: Values): void;
  /** Optimizer state for a checkpoint, and back. */
  readState(): Values;
  loadState(state: Values, steps: number): void;
  /** Optimizer steps so far. */
  readonly steps: number;
  /** Native calls so far that trained. */
  readonly calls: number;
  /**
   * Trains on consecutive batches, the last of which may be short; returns the mean loss over all rows, each before its step.
   * @param batches row count is any: it is cut into batches
   */
  train(rows: Batch): number;
  /** Scores turned into predictions (logits for `bce`), for any number of rows. */
  predict(user: Int32Array, item: Int32Array): Float32Array;
  dispose(): void;
}
