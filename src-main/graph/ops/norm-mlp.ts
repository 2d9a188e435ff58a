import { type Tensor, type Tensor2D, tf } from '../tf.ts';
import { geluBackwardKernel, geluKernel, usesKernels } from './kernels.ts';
import { normalised, normalisedAgain, normalisedGradient } from './layer-norm.ts';
import { addBias, biasGradient, matMul } from './linear.ts';
import { type NormMlpParameters, standardNormMlp } from './norm-mlp-standard.ts';
import { plusScaled, scaledAndSummed } from './scale-add.ts';
import { withGradient } from './with-gradient.ts';

/**
 * A whole residual branch in one op: x ↦ residual + scale · (GELU(LayerNorm(x)·w1 + b1)·w2 + b2). What it computes is what
 * `layerNorm`, `linear`, `gelu`, `linear` and `scaleAdd` compute one after the other; what it keeps for the backward pass is
 * c + hidden + 2 numbers a row where they keep 4c + 2·hidden: the input and the hidden layer before its activation. The rest is
 * recomputed, without a further matrix product.
 * @param x [..., c]
 * @param residual of x's shape; null: the branch alone (stochastic depth comes between it and the residual)
 */
export function normMlp<T extends Tensor>(x: T, residual: T | null, parameters: NormMlpParameters): T {
  if (!usesKernels()) return standardNormMlp(x, residual, parameters);
  const { gamma, beta, epsilon, w1, b1, w2, b2, scale } = parameters;
  const { shape } = x;
  const rows = (tensor: Tensor): Tensor2D => tf.reshape(tensor, [-1, shape.at(-1)!]);
  const inputs = [x, gamma, beta, w1, b1, w2, b2, ...[residual, scale].filter((tensor) => tensor !== null)];
  return withGradient(inputs, (save) => {
    const { y, kept } = normalised(rows(x), gamma, beta, epsilon);
    const hidden = addBias(matMul(y, w1), b1);
    const branch = addBias(matMul(geluKernel(hidden), w2), b2);
    save([...kept, hidden, gamma, beta, w1, w2, b2, ...(scale === null ? [] : [scale])]);
    return {
      value: tf.reshape(plusScaled(residual === null ? null : rows(residual), branch, scale), shape) as T,
      gradient(dyNd, saved) {
        const dy = rows(dyNd);
        const kept = saved.slice(0, 3);
        const [hidden, gamma, beta, w1, w2, b2, scale = null] = saved.slice(3) as [
          ...[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
          Tensor?,
        ];
        const { scaled, sums } = scaledAndSummed(dy, scale);
        const d = geluBackwardKernel(matMul(scaled, w2, false, true), hidden);
        const product = matMul(d.y, dy, true, false);
        const { dx, dGamma, dBeta } = normalisedGradient(matMul(d.dx, w1, false, true), kept, gamma);
        return [
          tf.reshape(dx, shape),
          dGamma,
          dBeta,
          matMul(normalisedAgain(kept, gamma, beta, d.dx), d.dx, true, false),
          d.sums,
          scale === null ? product : tf.mul(product, scale),
          scale === null ? sums : tf.mul(sums, scale),
          ...(residual === null ? [] : [dyNd.clone()]),
          ...(scale === null ? [] : [tf.add(biasGradient(tf.mul(product, w2)), tf.mul(sums, b2))]),
        ];
      },
    };
  });
}
