import type { Tensor } from '../../../graph/tf.ts';
import { layerNormalisation } from '../../layers/norm.ts';
import type { Scope } from '../../layers/scope.ts';

/** Swin's networks take PyTorch's default, where timm's other transformers have 1e-6. */
export const EPSILON = 1e-5;

/** Layer normalisation over the last axis. `initialScale`: 0 where a branch starts as nothing. */
export function normalised<T extends Tensor>(x: T, scope: Scope, initialScale = 1): T {
  return layerNormalisation(x, scope, { epsilon: EPSILON, initialScale });
}
