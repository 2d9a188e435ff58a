import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tf.ts';
import { after } from './after.ts';
import { geluSlope, normalDistribution } from './gelu.ts';
import { geluGradientKernel, geluKernel, usesKernels } from './kernels.ts';
import { addBias, biasGradient, matMul } from './linear.ts';
import { withGradient } from './with-gradient.ts';

/** The parameters of {@link responseNormMlp}. */
export interface ResponseNormParameters {
  /** [hidden] of the response normalisation. */
  gamma: Tensor;
  beta: Tensor;
  epsilon: number;
  /** [hidden, out] */
  w: Tensor2D;
  /** [out] */
  b: Tensor;
}

/**
 * The second half of ConvNeXt V2's branch in one op: hidden ↦ GRN(GELU(hidden))·w + b, with global response normalisation
 * (Woo et al. 2023): each channel times 1 + gamma·g/(mean of all g + ε), plus beta, where g is the channel's Euclidean norm over
 * the picture. Keeps the hidden layer only, once; GELU and the normalisation are recomputed, without a further matrix product.
 * @param hidden [n, h, w, hidden], before the activation
 * @returns [n, h, w, out]
 */
export function responseNormMlp(hidden: Tensor4D, parameters: ResponseNormParameters): Tensor4D {
  const { gamma, beta, epsilon, w, b } = parameters;
  const { shape } = hidden;
  const channels = shape[3];
  const rows = (x: Tensor, columns: number): Tensor => tf.reshape(x, [-1, columns]);
  return withGradient<Tensor4D>([hidden, gamma, beta, w, b], (save) => {
    const own = usesKernels();
    const x = own ? geluKernel(hidden) : tf.mul(hidden, normalDistribution(hidden));
    const { factor } = response(x, gamma, epsilon);
    const normalised = tf.add(tf.mul(x, factor), beta);
    const output = addBias(matMul(rows(normalised, channels), w), b);
    save([hidden, gamma, beta, w]);
    return {
      value: tf.reshape(output, [shape[0], shape[1], shape[2], w.shape[1]]),
      gradient(dyNd, saved) {
        const dy = rows(dyNd, saved[3]!.shape[1]!);
        const [gamma, beta, w] = saved.slice(1) as [Tensor, Tensor, Tensor];
        const hidden = after(saved[0]!, dy);
        const cumulative = own ? null : normalDistribution(hidden);
        const x = cumulative === null ? geluKernel(hidden) : tf.mul(hidden, cumulative);
        const { factor, norm, share, total } = response(x, gamma, epsilon);
        const normalised = tf.add(tf.mul(x, factor), beta);
        const dNormalised = matMul(dy, w, false, true);
        const d4 = tf.reshape(dNormalised, shape);
        // [n, 1, 1, hidden]: how the loss changes with each picture's factor of each channel.
        const along = tf.sum(tf.mul(d4, x), [1, 2], true);
        const dShare = tf.mul(along, gamma);
        const dNorm = tf.div(tf.sub(dShare, tf.mean(tf.mul(dShare, share), [3], true)), total);
        // A channel that is 0 all over the picture has no slope, as in PyTorch.
        const dx = tf.add(tf.mul(d4, factor), tf.mul(x, tf.divNoNan(dNorm, norm)));
        return [
          cumulative === null ? geluGradientKernel(dx, hidden) : tf.mul(dx, geluSlope(hidden, cumulative)),
          tf.sum(tf.mul(along, share), [0, 1, 2]),
          biasGradient(dNormalised),
          matMul(rows(normalised, channels), dy, true, false),
          biasGradient(dy),
        ];
      },
    };
  });
}

/** Each [n, 1, 1, c], `total` [n, 1, 1, 1]: a channel's norm, its share of the mean norm, and what the channel is multiplied by. */
function response(
  x: Tensor,
  gamma: Tensor,
  epsilon: number,
): { norm: Tensor; total: Tensor; share: Tensor; factor: Tensor } {
  const norm = tf.sqrt(tf.sum(tf.square(x), [1, 2], true));
  const total = tf.add(tf.mean(norm, [3], true), epsilon);
  const share = tf.div(norm, total);
  return { norm, total, share, factor: tf.add(tf.mul(share, gamma), 1) };
}
