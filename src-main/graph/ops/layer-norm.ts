import { type Tensor, tf } from '../tf.ts';
import { attr } from '../attributes.ts';
import { matMul } from './linear.ts';
import { rawOp } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

/** All axes but the last. */
export function leadingAxes(x: Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}

/** Mean over the last axis, which stays with length 1. A product with a constant column: faster here than a reduction. */
export function lastAxisMean(x: Tensor): Tensor {
  const channels = x.shape.at(-1)!;
  const column = tf.fill([channels, 1], 1 / channels);
  return tf.reshape(matMul(tf.reshape(x, [-1, channels]), column), [...x.shape.slice(0, -1), 1]);
}

/** x brought to mean 0 and variance 1 over its last axis, and the factor 1/√(variance + ε) it took. No gradient. */
export function standardise<T extends Tensor>(x: T, epsilon: number): { standardised: T; inverse: Tensor } {
  const mean = lastAxisMean(x);
  const variance = lastAxisMean(rawOp('SquaredDifference', { T: attr.type('float32') }, [x, mean]));
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { standardised: tf.mul(tf.sub(x, mean), inverse), inverse };
}

/** standardised·gamma + beta. No gradient. */
export function affine<T extends Tensor>(standardised: T, gamma: Tensor, beta: Tensor): T {
  return tf.add(tf.mul(standardised, gamma), beta);
}

/** The gradient that {@link standardise} passes on, from that of its output. */
export function standardiseGradient(dy: Tensor, standardised: Tensor, inverse: Tensor): Tensor {
  const along = lastAxisMean(tf.mul(dy, standardised));
  return tf.mul(tf.sub(tf.sub(dy, lastAxisMean(dy)), tf.mul(standardised, along)), inverse);
}

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton 2016). Keeps the standardised input and one number a row.
 * @param x [..., c]
 * @param gamma [c]
 * @param beta [c]
 */
export function layerNorm<T extends Tensor>(x: T, gamma: Tensor, beta: Tensor, epsilon: number): T {
  return withGradient([x, gamma, beta], (save) => {
    const { standardised, inverse } = standardise(x, epsilon);
    save([standardised, inverse, gamma]);
    return {
      value: affine(standardised, gamma, beta),
      gradient(dy, saved) {
        const [standardised, inverse, gamma] = saved as [Tensor, Tensor, Tensor];
        const axes = leadingAxes(dy);
        return [
          standardiseGradient(tf.mul(dy, gamma), standardised, inverse),
          tf.sum(tf.mul(dy, standardised), axes),
          tf.sum(dy, axes),
        ];
      },
    };
  });
}
