import { type Tensor, tf } from '../../graph/tf.ts';
import type { ModelContext } from '../context.ts';
import { type DropOptions, keepMask } from './drop-path.ts';

/**
 * Dropout (Srivastava et al. 2014): in training each value is set to 0 with probability `rate` and scaled by 1/(1 − rate)
 * otherwise, as `nn.Dropout`. Otherwise, and at rate 0, it is `x` itself, and nothing is recorded.
 */
export function dropout<T extends Tensor>(x: T, context: ModelContext, { name, rate }: DropOptions): T {
  if (!context.training || rate === 0) return x;
  return tf.mul(x, keepMask(context, name, x.shape, rate)) as T;
}
