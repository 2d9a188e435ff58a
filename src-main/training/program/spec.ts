import type { Graph } from '../../graph/graph.ts';
import type { ImageSize } from '../../../shared/image-size.ts';
import type { Precision } from '../../../shared/records/precision.ts';
import type { ParameterSpec, StatisticSpec } from '../../models/context.ts';

/** Everything that decides a step's graph. The same spec gives the same graph, whoever asks. */
export interface ProgramSpec {
  /** timm's id. */
  arch: string;
  /** Number of classes of each target; the logits are their concatenation. */
  targets: readonly number[];
  /** What each target's loss counts in the sum; absent: each 1. Evaluation never weighs. */
  targetWeights?: readonly number[];
  /** Size of the pixels that are fed: the presize. RGB, NHWC. */
  pixels: ImageSize;
  /** What the network sees. */
  size: ImageSize;
  microBatch: number;
  /** Size of an epoch's short last micro-batch, which gets a recording of its own. */
  lastMicroBatch?: number;
  /** Evaluation always runs this many rows; those missing are masked. */
  evalBatch: number;
  /** Records `train`: gradients go straight into the optimizer. */
  train: boolean;
  /** Records `train_micro` and `apply`, and makes the variables that gradients are accumulated in. */
  accumulate: boolean;
  /** Records `train_head`, which differentiates the head alone; with `accumulate` also `train_head_micro` and `apply_head`. */
  trainHead: boolean;
  /** Records `forward` and `grad` for this many rows of float input, in evaluation mode. */
  floatBatch?: number;
  labelSmoothing: number;
  /** Blocks keep their input alone for the backward pass, which computes them again. Absent: no. */
  checkpointing?: boolean;
  /** What products are computed in while training; evaluation is always in float32. Absent: float32. */
  precision?: Precision;
  /** Highest rate of stochastic depth, and dropout before the head; absent: the family's default. Evaluation has neither. */
  dropPath?: number | undefined;
  dropout?: number | undefined;
  normalise: { mean: readonly number[]; std: readonly number[] };
  /** Groups of body parameters that have a learning rate of their own; the head always has one more. */
  lrGroups: number;
  /** AdamW's constants that stay the same over a run. */
  optimizer: { beta2: number; epsilon: number };
}

/** Which learning rate each parameter follows: 0 … lrGroups − 1 in the body, lrGroups for the head. */
export type LrGrouping = (parameters: readonly ParameterSpec[]) => (parameter: ParameterSpec) => number;

/** The training fetches. Those ending in `_last` are for the short last micro-batch. */
export type TrainFetch =
  | 'train'
  | 'train_last'
  | 'train_micro'
  | 'train_micro_last'
  | 'train_head'
  | 'train_head_last'
  | 'train_head_micro'
  | 'train_head_micro_last';

export interface RandomInput {
  name: string;
  /** [pictures, ...] */
  shape: readonly number[];
}

/** A recording: its graph and facts, without any tensor. */
export interface RecordedGraph {
  spec: ProgramSpec;
  /** The nodes with their shapes; `fetchHash(graph, 'train')` tells whether two programs have the same step. */
  graph: Graph;
  parameters: readonly ParameterSpec[];
  statistics: readonly StatisticSpec[];
  /** Inputs that are drawn anew at each step, of each training fetch. */
  randomInputs: Readonly<Record<string, readonly RandomInput[]>>;
  /** Number of nodes. */
  nodes: number;
  recordMs: number;
}

/** A recording as TensorFlow loads it. */
export interface RecordedProgram extends RecordedGraph {
  savedModel: Uint8Array;
  /** SHA-256 of the SavedModel, hex. */
  hash: string;
}

/** What a training step reads. Arrays are not copied and must not change during the call. */
export interface TrainFeeds {
  /** [n, height, width, 3], n = microBatch or lastMicroBatch */
  pixels: Uint8Array;
  /** [n, 8] projective, from output to input pixel coordinates */
  transforms: Float32Array;
  /** [n, 2] contrast and brightness on logits */
  lighting: Float32Array;
  /** [n, targets], −1 where there is no label */
  labels: Int32Array;
  /** What the summed loss is divided by: the number of pictures in the whole window. */
  lossScale: number;
  /** Uniform in [0, 1), from the run's seeded generator. */
  random: () => number;
}

/** What an optimizer step follows. */
export interface OptimizerFeeds {
  /** [lrGroups + 1], the head's last */
  lr: Float32Array;
  beta1: number;
  weightDecay: number;
}

export interface StepOutput {
  /** The loss whose gradient was taken: the weighted sum over all targets, divided by lossScale. */
  loss: number;
  /** Sum of the loss over labelled pictures, of each target, without its weight. */
  losses: number[];
  /** Pictures told right, of each target. */
  correct: number[];
  /** Pictures with a label, of each target. */
  counts: number[];
}

export interface EvaluationFeeds {
  /** [n, height, width, 3], n ≤ evalBatch */
  pixels: Uint8Array;
  transforms: Float32Array;
  lighting: Float32Array;
  /** [n, targets], −1 where there is no label */
  labels: Int32Array;
}

export interface EvaluationOutput {
  /** [n, sum of classes] */
  logits: Float32Array;
  /** [n, targets], 0 where there is no label; without label smoothing */
  loss: Float32Array;
}
