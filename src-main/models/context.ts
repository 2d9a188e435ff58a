import type { Tensor, Tensor2D, Tensor4D } from '../graph/tf.ts';

/** How a parameter is laid out here against PyTorch; weights are converted at the door. */
export type ParameterLayout =
  /** [kh, kw, in, out] here, [out, in, kh, kw] in timm. Grouped convolutions keep in = in/groups. */
  | 'conv'
  /** [kh, kw, channels, 1] here, [channels, 1, kh, kw] in timm. */
  | 'depthwise'
  /** [in, out] here, [out, in] in timm. */
  | 'linear'
  /** [in, out] here, [out, in, 1, 1] in timm (a 1×1 convolution run as a matrix product). */
  | 'conv1x1'
  /** The same in both. */
  | 'same';

/** How a parameter starts when no weights are loaded (timm's scheme for its family). */
export type Initializer =
  | { type: 'zeros' }
  | { type: 'ones' }
  | { type: 'constant'; value: number }
  | { type: 'normal'; std: number }
  /** Cut at two standard deviations. (timm's trunc_normal_ cuts at ±2 itself: for its small deviations that is `normal`.) */
  | { type: 'truncated-normal'; std: number }
  | { type: 'uniform'; bound: number };

export interface ParameterSpec {
  /** timm's name, such as `stages.0.blocks.1.mlp.fc1.weight`. */
  name: string;
  /** Shape in TensorFlow's layout. */
  shape: readonly number[];
  layout: ParameterLayout;
  initializer: Initializer;
  /** False for biases, norms and other one-dimensional parameters: weight decay leaves them alone. */
  decay: boolean;
  /** Depth from the input, 0 for the stem, rising; the head is `head`. Discriminative learning rates follow it. */
  group: number | 'head';
  /**
   * Fits weights that a file holds in another shape (position embeddings of another grid). timm's layout in and out; null: it
   * cannot be done.
   */
  adapt?: (found: { shape: readonly number[]; values: Float32Array }) => Float32Array | null;
}

/** A running statistic of batch normalisation: saved with the weights, not trained by gradients. */
export interface StatisticSpec {
  name: string;
  shape: readonly number[];
  initial: number;
}

/**
 * What a model sees of the world. The same model code runs on a context that records a graph and on one that computes
 * eagerly (tests); it never touches variables, seeds or files itself.
 */
export interface ModelContext {
  /** True: batch statistics, dropout, stochastic depth. */
  readonly training: boolean;
  /** True: the blocks of a network are computed again in the backward pass, and keep their input alone. */
  readonly checkpointing: boolean;
  /** True while a block is computed again for the backward pass: there memory counts more than a free order of ops. */
  readonly recomputing: boolean;
  /** The parameter's current value. Asking twice for the same name gives the same tensor. */
  parameter(spec: ParameterSpec): Tensor;
  /** The running statistic's current value. */
  statistic(spec: StatisticSpec): Tensor;
  /** In training: the value the running statistic takes after this step. */
  updateStatistic(name: string, value: Tensor): void;
  /**
   * Uniform in [0, 1), fresh each step, from the run's seeded generator. Recorded as an input of the step. Its first axis is the
   * pictures, whose numbers do not depend on what else is in the micro-batch.
   */
  random(name: string, shape: readonly number[]): Tensor;
}

/** A network in two parts, so that a frozen epoch differentiates the head alone. */
export interface Model {
  /** NHWC pixels, normalised → the pooled features [batch, features] that the head reads. */
  backbone(pixels: Tensor4D, context: ModelContext): Tensor2D;
  /** Features → logits [batch, classes]. With several targets `classes` is their sum. */
  head(features: Tensor2D, context: ModelContext): Tensor2D;
}

export interface ModelOptions {
  /** Number of outputs: with several targets their sum. */
  classes: number;
  /** Input size in pixels; convolutional nets ignore it. */
  height: number;
  width: number;
  /** Highest rate of stochastic depth (timm's `drop_path_rate`). Absent: the family's default in timm, mostly 0. */
  dropPath?: number | undefined;
  /** Dropout before the last layer (timm's `drop_rate`). Absent: the family's default in timm, 0. */
  dropout?: number | undefined;
}

/** Builds the network. */
export type ModelBuilder = (options: ModelOptions) => Model;
