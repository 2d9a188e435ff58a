import { type Tensor, tf } from '../tf.ts';
import { scaleAddKernel, scaleSumKernel, usesKernels } from './kernels.ts';
import { biasGradient } from './linear.ts';
import { withGradient } from './with-gradient.ts';

/**
 * x + gamma·y: a residual branch with layer scale (Touvron et al. 2021).
 * @param x [..., c]
 * @param y of x's shape
 * @param gamma [c]
 */
export function scaleAdd<T extends Tensor>(x: T, y: T, gamma: Tensor): T {
  const rows = (tensor: Tensor): Tensor => tf.reshape(tensor, [-1, tensor.shape.at(-1)!]);
  return withGradient([x, y, gamma], (save) => {
    save([y, gamma]);
    return {
      value: plusScaled(x, y, gamma),
      gradient(dy, saved) {
        const [y, gamma] = saved as [Tensor, Tensor];
        return [dy.clone(), tf.mul(dy, gamma), biasGradient(rows(tf.mul(dy, y)))];
      },
    };
  });
}

/** x + scale·branch, the branch alone scaled where x is null; without a scale their sum. No gradient. */
export function plusScaled<T extends Tensor>(x: T | null, branch: T, scale: Tensor | null): T {
  if (scale === null) return x === null ? branch : (tf.add(x, branch) as T);
  if (x === null) return tf.mul(branch, scale) as T;
  if (!usesKernels()) return tf.add(x, tf.mul(branch, scale)) as T;
  const rows = (tensor: Tensor): Tensor => tf.reshape(tensor, [-1, tensor.shape.at(-1)!]);
  return tf.reshape(scaleAddKernel(rows(x), rows(branch), scale), x.shape) as T;
}

/** dy·scale (dy itself without a scale) and dy's sum over the rows; dy is [rows, c]. No gradient. */
export function scaledAndSummed(dy: Tensor, scale: Tensor | null): { scaled: Tensor; sums: Tensor } {
  if (scale === null) return { scaled: dy, sums: biasGradient(dy) };
  return usesKernels() ? scaleSumKernel(dy, scale) : { scaled: tf.mul(dy, scale), sums: biasGradient(dy) };
}
