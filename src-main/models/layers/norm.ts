import { batchNorm, layerNorm } from '../../graph/ops/index.ts';
import { type Tensor, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Scope } from './scope.ts';

/** timm's default for layer normalisation (PyTorch's own is 1e-5). */
const LAYER_NORM_EPSILON = 1e-6;

export interface LayerNormOptions {
  epsilon?: number;
  /** 0 where a branch starts as nothing. */
  initialScale?: number;
}

/** The scale and shift of a layer normalisation, for layers that fuse it. */
export function layerNormParameters(
  scope: Scope,
  channels: number,
  { epsilon = LAYER_NORM_EPSILON, initialScale = 1 }: LayerNormOptions = {},
): { gamma: Tensor; beta: Tensor; epsilon: number } {
  return {
    gamma: scope.vector('weight', channels, initialScale),
    beta: scope.vector('bias', channels, 0),
    epsilon,
  };
}

/** timm's LayerNorm and LayerNorm2d, which are the same when channels come last: over the last axis. */
export function layerNormalisation<T extends Tensor>(x: T, scope: Scope, options?: LayerNormOptions): T {
  const { gamma, beta, epsilon } = layerNormParameters(scope, x.shape.at(-1)!, options);
  return layerNorm(x, gamma, beta, epsilon);
}

/** Share of the batch's statistic that goes into the running one at each step: PyTorch's default, and timm's. */
const MOMENTUM = 0.1;

/**
 * `nn.BatchNorm2d` over NHWC. In training it normalises by the batch and moves the running statistics towards it (the
 * variance by its unbiased estimate, as PyTorch does).
 * @param initialScale 0 where a residual branch starts as nothing (timm's `zero_init_last`)
 */
export function batchNormalisation(
  x: Tensor4D,
  scope: Scope,
  { epsilon, initialScale = 1 }: { epsilon: number; initialScale?: number },
): Tensor4D {
  const { context } = scope;
  const shape = [x.shape[3]];
  const meanName = `${scope.name}.running_mean`;
  const varianceName = `${scope.name}.running_var`;
  const gamma = scope.vector('weight', x.shape[3], initialScale);
  const beta = scope.vector('bias', x.shape[3], 0);
  const mean = context.statistic({ name: meanName, shape, initial: 0 });
  const variance = context.statistic({ name: varianceName, shape, initial: 1 });
  const { training } = context;
  const { y, batchMean, batchVariance } = batchNorm(x, gamma, beta, mean, variance, { epsilon, training });
  if (training) {
    const towards = (running: Tensor, batch: Tensor): Tensor =>
      tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(batch, MOMENTUM));
    context.updateStatistic(meanName, towards(mean, batchMean));
    context.updateStatistic(varianceName, towards(variance, batchVariance));
  }
  return y;
}
