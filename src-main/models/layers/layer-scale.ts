import type { Tensor } from '../../graph/tf.ts';
import type { Scope } from './scope.ts';

/** The factor a channel of a residual branch (Touvron et al. 2021), `gamma` of `scope`; null where a network has none. */
export function layerScale(scope: Scope, channels: number, initial: number | null): Tensor | null {
  return initial === null ? null : scope.vector('gamma', channels, initial);
}
