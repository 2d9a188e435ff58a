import { layerNorm } from '../../../graph/ops/index.ts';
import type { Tensor } from '../../../graph/tf.ts';
import type { Scope } from '../../layers/scope.ts';

/** Swin's networks take PyTorch's default, where timm's other transformers have 1e-6. */
const EPSILON = 1e-5;

/** Scale and shift of a layer normalisation. `initialScale`: 0 where a branch starts as nothing. */
export function normParameters(
  scope: Scope,
  channels: number,
  initialScale = 1,
): { gamma: Tensor; beta: Tensor; epsilon: number } {
  return {
    gamma: scope.vector('weight', channels, initialScale),
    beta: scope.vector('bias', channels, 0),
    epsilon: EPSILON,
  };
}

/** Layer normalisation over the last axis. */
export function normalised<T extends Tensor>(x: T, scope: Scope, initialScale = 1): T {
  const { gamma, beta, epsilon } = normParameters(scope, x.shape.at(-1)!, initialScale);
  return layerNorm(x, gamma, beta, epsilon);
}
