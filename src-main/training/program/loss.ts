import { softmaxCrossEntropy } from '../../graph/ops/index.ts';
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from '../../graph/tf.ts';

/** Loss and hits of one target, a row each; rows without a label count nothing. */
export interface TargetLoss {
  /** [n], 0 where there is no label */
  loss: Tensor1D;
  /** [n], 1 where the most probable class is the label */
  correct: Tensor1D;
  /** [n], 1 where there is a label */
  labelled: Tensor1D;
}

/**
 * Softmax cross-entropy of each target's slice of the logits.
 * @param logits [n, sum of classes]
 * @param labels [n, targets] int32, −1 where there is none
 * @param classes of each target
 * @param smoothing share of each label that is spread evenly over all classes (Szegedy et al. 2015)
 */
export function targetLosses(
  logits: Tensor2D,
  labels: Tensor2D,
  classes: readonly number[],
  smoothing: number,
): TargetLoss[] {
  const rows = logits.shape[0];
  let start = 0;
  return classes.map((count, target) => {
    const scores = tf.slice(logits, [0, start], [rows, count]);
    start += count;
    const label = tf.reshape(tf.slice(labels, [0, target], [rows, 1]), [rows]) as Tensor1D;
    const labelled = tf.cast(tf.greaterEqual(label, tf.scalar(0, 'int32')), 'float32') as Tensor1D;
    const oneHot = tf.cast(tf.oneHot(label, count), 'float32') as Tensor2D;
    const truth =
      smoothing === 0 ? oneHot : (tf.add(tf.mul(oneHot, 1 - smoothing), smoothing / count) as Tensor2D);
    const hit = tf.equal(tf.cast(tf.argMax(scores, 1), 'int32'), label);
    return {
      // A row without label has an all-zero truth, whose cross-entropy is 0 but whose gradient would not be.
      loss: tf.mul(softmaxCrossEntropy(scores, truth), labelled),
      correct: tf.cast(hit, 'float32') as Tensor1D,
      labelled,
    };
  });
}

/**
 * Sum over targets and rows, times `factor` (a scalar).
 * @param weights of each target; without them, and where one is 1, nothing is recorded for it: one target alone has the graph
 *   of a program that knows of no weights
 */
export function totalLoss(
  losses: readonly TargetLoss[],
  factor: Tensor,
  weights: readonly number[] = [],
): Scalar {
  const sums = losses.map(({ loss }, target) => {
    const weight = weights[target] ?? 1;
    return weight === 1 ? tf.sum(loss) : tf.mul(tf.sum(loss), weight);
  });
  return tf.mul(
    sums.reduce((sum, loss) => tf.add(sum, loss)),
    factor,
  );
}

/** What the live view needs in one small tensor: the loss, then summed losses, hits and counts of each target. */
export function stepFigures(loss: Tensor, losses: readonly TargetLoss[]): Tensor1D {
  const sums = [
    ...losses.map((target) => tf.sum(target.loss)),
    ...losses.map((target) => tf.sum(target.correct)),
    ...losses.map((target) => tf.sum(target.labelled)),
  ];
  return tf.stack([loss, ...sums].map((scalar) => scalar)) as Tensor1D;
}
