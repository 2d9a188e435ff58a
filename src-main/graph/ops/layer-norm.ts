import { type Tensor, type Tensor2D, tf } from '../tf.ts';
import { attr } from '../attributes.ts';
import { after } from './after.ts';
import { layerNormGradientKernel, layerNormKernel, normaliseKernel, usesKernels } from './kernels.ts';
import { biasGradient, matMul } from './linear.ts';
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

/** A normalisation inside an op with a hand-written gradient. */
export interface Normalised {
  /** [rows, c] */
  y: Tensor2D;
  /** What the gradient needs: to be saved, and given back in this order. One row of the first for each row of x. */
  kept: Tensor[];
}

/**
 * Layer normalisation of the rows of a matrix. No gradient.
 * @param x [rows, c]
 */
export function normalised(x: Tensor2D, gamma: Tensor, beta: Tensor, epsilon: number): Normalised {
  if (usesKernels()) {
    const { y, mean, inverse } = layerNormKernel(x, gamma, beta, epsilon);
    return { y, kept: [x, mean, inverse] };
  }
  const { standardised, inverse } = standardise(x, epsilon);
  return { y: affine(standardised, gamma, beta), kept: [standardised, inverse] };
}

/** y of {@link normalised} once more, not before `dependency` is there. */
export function normalisedAgain(
  kept: readonly Tensor[],
  gamma: Tensor,
  beta: Tensor,
  dependency: Tensor,
): Tensor2D {
  const first = after(kept[0]!, dependency);
  if (kept.length === 3) return normaliseKernel(first, kept[1]!, kept[2]!, gamma, beta);
  return affine(first as Tensor2D, gamma, beta);
}

/** The gradients of {@link normalised}. */
export function normalisedGradient(
  dy: Tensor2D,
  kept: readonly Tensor[],
  gamma: Tensor,
): { dx: Tensor2D; dGamma: Tensor; dBeta: Tensor } {
  if (kept.length === 3) return layerNormGradientKernel(dy, kept[0]!, kept[1]!, kept[2]!, gamma);
  const [standardised, inverse] = kept as [Tensor2D, Tensor];
  const d = tf.mul<Tensor2D>(dy, gamma);
  const along = lastAxisMean(tf.mul(d, standardised));
  return {
    dx: tf.mul(tf.sub(tf.sub(d, lastAxisMean(d)), tf.mul(standardised, along)), inverse),
    dGamma: biasGradient(tf.mul(dy, standardised)),
    dBeta: biasGradient(dy),
  };
}

/** standardised·gamma + beta. No gradient. */
function affine<T extends Tensor>(standardised: T, gamma: Tensor, beta: Tensor): T {
  return tf.add(tf.mul(standardised, gamma), beta);
}

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton 2016). Keeps one tensor of x's size and one or two numbers a row.
 * @param x [..., c]
 * @param gamma [c]
 * @param beta [c]
 */
export function layerNorm<T extends Tensor>(x: T, gamma: Tensor, beta: Tensor, epsilon: number): T {
  const { shape } = x;
  const rows = (tensor: Tensor): Tensor2D => tf.reshape(tensor, [-1, shape.at(-1)!]);
  return withGradient([x, gamma, beta], (save) => {
    const { y, kept } = normalised(rows(x), gamma, beta, epsilon);
    save([...kept, gamma]);
    return {
      value: tf.reshape(y, shape) as T,
      gradient(dy, saved) {
        const kept = saved.slice(0, -1);
        const { dx, dGamma, dBeta } = normalisedGradient(rows(dy), kept, saved.at(-1)!);
        return [tf.reshape(dx, shape), dGamma, dBeta];
      },
    };
  });
}
