import { type Tensor, tf } from '../tf.ts';
import { leadingAxes } from './layer-norm.ts';
import { withGradient } from './with-gradient.ts';

/**
 * x + gamma·y: a residual branch with layer scale (Touvron et al. 2021).
 * @param x [..., c]
 * @param y of x's shape
 * @param gamma [c]
 */
export function scaleAdd<T extends Tensor>(x: T, y: T, gamma: Tensor): T {
  return withGradient([x, y, gamma], (save) => {
    save([y, gamma]);
    return {
      value: tf.add(x, tf.mul(y, gamma)) as T,
      gradient(dy, saved) {
        const [y, gamma] = saved as [Tensor, Tensor];
        return [dy.clone(), tf.mul(dy, gamma), tf.sum(tf.mul(dy, y), leadingAxes(dy))];
      },
    };
  });
}
