import { type Tensor, tf } from '../tf.ts';
import { after } from './after.ts';
import { geluGradientKernel, geluKernel, usesKernels } from './kernels.ts';
import { withGradient } from './with-gradient.ts';

/** GELU by the error function (Hendrycks and Gimpel 2016), not the tanh approximation. Keeps its input only. */
export function gelu<T extends Tensor>(x: T): T {
  return withGradient([x], (save) => {
    save([x]);
    if (usesKernels())
      return { value: geluKernel(x), gradient: (dy, saved) => [geluGradientKernel(dy, saved[0]!)] };
    return {
      value: tf.mul(x, normalDistribution(x)) as T,
      gradient(dy, saved) {
        const x = after(saved[0]!, dy);
        return [tf.mul(dy, geluSlope(x, normalDistribution(x)))];
      },
    };
  });
}

/** Cumulative distribution of the standard normal: GELU is x times it. No gradient: for use inside hand-written ones. */
export function normalDistribution(x: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

/** How GELU rises at x, from the {@link normalDistribution} of x. */
export function geluSlope(x: Tensor, cumulative: Tensor): Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(cumulative, tf.mul(x, density));
}
