import { type Tensor, tf } from '../tf.ts';

/** What a differentiable op computes, and how its gradient follows from the output's. */
export interface Differentiable<T extends Tensor> {
  value: T;
  /**
   * @param dy gradient of the loss with respect to `value`
   * @param saved what was given to `save`, in its order; nothing else computed forward may be used
   * @returns one gradient for each input, each of its input's shape
   */
  gradient(dy: T, saved: Tensor[]): Tensor[];
}

/**
 * An op with a gradient written by hand, so that it keeps only what `save` names between forward and backward.
 * `inputs` are all tensors that the gradient flows to; what the closure uses besides is a constant to it.
 */
export function withGradient<T extends Tensor>(
  inputs: Tensor[],
  forward: (save: (tensors: Tensor[]) => void) => Differentiable<T>,
): T {
  const op = tf.customGrad<Tensor>((...values) => {
    const { value, gradient } = forward(values.at(-1) as (tensors: Tensor[]) => void);
    return {
      value,
      gradFunc: (dy, saved) => tf.tidy(() => gradient(dy as T, saved)),
    };
  });
  return op(...inputs) as T;
}
