import { type Tensor, type Tensor2D, tf } from '../tf.ts';
import { after } from './after.ts';
import { standardise } from './layer-norm.ts';
import { addBias, biasGradient, matMul } from './linear.ts';
import { withGradient } from './with-gradient.ts';

/** The parameters of `normMlp`; the hidden layer is wider than the channels, mostly four times. */
export interface NormMlpParameters {
  /** [c] */
  gamma: Tensor;
  /** [c] */
  beta: Tensor;
  epsilon: number;
  /** [c, hidden] */
  w1: Tensor2D;
  /** [hidden] */
  b1: Tensor;
  /** [hidden, c] */
  w2: Tensor2D;
  /** [c] */
  b2: Tensor;
  /** Layer scale [c] on the branch's output, or null. */
  scale: Tensor | null;
  /** Without ops of our own: whether the gradient makes its wide tensors one after the other: three at a time instead of five, at some cost in time. */
  oneByOne?: boolean;
}

const half = Math.SQRT1_2;
/** ln(2/√π): the error function's derivative is exp(this − u²). */
const logErfSlope = Math.log(2 / Math.sqrt(Math.PI));

/**
 * The whole branch of `normMlp` by TensorFlow's own ops, as a card runs it. For the backward pass it keeps the standardised
 * input and the hidden layer before its activation; the rest is recomputed, without a further matrix product. Constant factors
 * (the √½ of the error function's argument, ½ of GELU, the layer scale) are taken into the narrow tensors, so that the wide ones
 * are passed over less often.
 */
export function standardNormMlp<T extends Tensor>(
  x: T,
  residual: T | null,
  parameters: NormMlpParameters,
): T {
  const { gamma, beta, epsilon, w1, b1, w2, b2, scale, oneByOne = false } = parameters;
  const shape = x.shape;
  const channels = shape.at(-1)!;
  const inputs = [x, gamma, beta, w1, b1, w2, b2, ...[residual, scale].filter((tensor) => tensor !== null)];
  return withGradient(inputs, (save) => {
    const { standardised, inverse } = standardise(tf.reshape(x, [-1, channels]) as Tensor2D, epsilon);
    // u = hidden·√½, so that GELU(hidden) = √½·u·(1 + erf u).
    const input = affine(standardised, gamma, beta);
    const u = addBias(matMul(input, w1), tf.mul(b1, half));
    const output = matMul(tf.mul(u, tf.add(tf.erf(u), 1)), w2);
    save([standardised, inverse, u, gamma, beta, w1, w2, b2, ...(scale === null ? [] : [scale])]);
    const flat = addBias(tf.mul(output, scaledBy(scale, half)), scale === null ? b2 : tf.mul(b2, scale));
    const branch = tf.reshape(flat, shape) as T;
    return {
      value: residual === null ? branch : (tf.add(residual, branch) as T),
      gradient(dyNd, saved) {
        const dy = tf.reshape(dyNd, [-1, channels]);
        const standardised = after(saved[0]!, dy);
        const u = after(saved[2]!, dy);
        const [, inverse, , gamma, beta, w1, w2, b2] = saved as [
          ...[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
          ...Tensor[],
        ];
        const scale = saved[8] ?? null;
        const onePlusErf = tf.add(tf.erf(u), 1);
        const product = matMul(tf.mul(u, onePlusErf), dy, true, false);
        const dyTotal = biasGradient(dy);
        const narrowScale = scaledBy(scale, half);
        const v = oneByOne ? after(u, product) : u;
        const slope = tf.add(onePlusErf, tf.mul(v, tf.exp(tf.sub(logErfSlope, tf.square(v)))));
        const narrowed = tf.mul(dy, narrowScale);
        const du = tf.mul(matMul(oneByOne ? after(narrowed, slope) : narrowed, w2, false, true), slope);
        const dInput = matMul(du, w1, false, true);
        const alongInput = tf.mul(dInput, standardised);
        // Means over the channels, each with gamma's weight: products with one column.
        const column = tf.reshape(tf.mul(gamma, half / channels), [channels, 1]);
        const centred = tf.sub(tf.mul(dInput, tf.mul(gamma, half)), matMul(dInput, column));
        const dx = tf.mul(tf.sub(centred, tf.mul(standardised, matMul(alongInput, column))), inverse);
        const dScale = (): Tensor =>
          tf.add(tf.mul(biasGradient(tf.mul(product, w2)), half), tf.mul(dyTotal, b2));
        return [
          tf.reshape(dx, shape),
          tf.mul(biasGradient(alongInput), half),
          tf.mul(biasGradient(dInput), half),
          matMul(affine(standardised, gamma, beta), du, true, false),
          tf.mul(biasGradient(du), half),
          tf.mul(product, narrowScale),
          scale === null ? dyTotal : tf.mul(dyTotal, scale),
          ...(residual === null ? [] : [dyNd.clone()]),
          ...(scale === null ? [] : [dScale()]),
        ];
      },
    };
  });
}

/** √½·(x·gamma + beta) */
function affine(standardised: Tensor, gamma: Tensor, beta: Tensor): Tensor {
  return tf.add(tf.mul(standardised, tf.mul(gamma, half)), tf.mul(beta, half));
}

/** factor · scale; without a scale the factor alone. */
function scaledBy(scale: Tensor | null, factor: number): Tensor {
  return scale === null ? tf.scalar(factor) : tf.mul(scale, factor);
}
