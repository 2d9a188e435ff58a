import type { Tensor, Tensor4D } from '../tf.ts';
import { attr } from '../attributes.ts';
import { rawOps } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

export interface BatchNormResult {
  y: Tensor4D;
  /** [c], of this batch in training, else the running mean that was given. */
  batchMean: Tensor;
  /** [c], unbiased (n − 1), which is what PyTorch's running variance is updated with. No gradient flows through it. */
  batchVariance: Tensor;
}

/**
 * Batch normalisation over all axes but the last (Ioffe and Szegedy 2015). With `training` the batch's own statistics are
 * used (and the gradient flows through them), else those given.
 * @param x [n, h, w, c]
 * @param gamma [c]
 * @param beta [c]
 * @param mean [c], running
 * @param variance [c], running
 */
export function batchNorm(
  x: Tensor4D,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  { epsilon, training }: { epsilon: number; training: boolean },
): BatchNormResult {
  const attributes = {
    T: attr.type('float32'),
    U: attr.type('float32'),
    epsilon: attr.float(epsilon),
    data_format: attr.string('NHWC'),
    is_training: attr.bool(training),
  };
  // Run outside the differentiable part, which can hand out one tensor only.
  const [result, batchMean, batchVariance, ...reserve] = rawOps(
    'FusedBatchNormV3',
    attributes,
    [x, gamma, beta, mean, variance],
    6,
  );
  const y = withGradient<Tensor4D>([x, gamma, beta], (save) => {
    save([x, gamma, ...reserve]);
    return {
      value: result!.clone() as Tensor4D,
      gradient: (dy, saved) => rawOps('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3),
    };
  });
  return { y, batchMean: batchMean!, batchVariance: batchVariance! };
}
