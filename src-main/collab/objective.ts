import { type Tensor, type Tensor1D, tf } from '../graph/tf.ts';

/** How a score becomes a prediction, and what it is judged by in training. */
export interface Objective {
  /** Ratings: squared error. Taken or not: binary cross-entropy of the logit. */
  loss: 'mse' | 'bce';
  /** Lowest and highest prediction, reached by a sigmoid; null: the score as it is. */
  range: readonly [number, number] | null;
  /** Added to every score: what makes a row of zeros predict the mean. */
  intercept: number;
}

/** Ratings from scores; for `bce`, logits. */
export function predictionOf(score: Tensor1D, { range, intercept }: Objective): Tensor1D {
  const shifted = tf.add(score, tf.scalar(intercept)) as Tensor1D;
  if (range === null) return shifted;
  const [low, high] = range;
  return tf.add(tf.mul(tf.sigmoid(shifted), tf.scalar(high - low)), tf.scalar(low));
}

/** Loss of each row [batch]. */
export function rowLosses(score: Tensor1D, truth: Tensor, objective: Objective): Tensor1D {
  const prediction = predictionOf(score, objective);
  if (objective.loss === 'mse') return tf.square(tf.sub(prediction, truth));
  // −y·log σ(x) − (1 − y)·log(1 − σ(x)) = log(1 + eˣ) − x·y, whose softplus never overflows.
  return tf.sub(tf.softplus(prediction), tf.mul(prediction, truth));
}

/**
 * The gradient of rows whose ratings' losses have `decay` × |row|² beside them.
 * @param gradient of the loss alone [n, width], @param rows their values [n, width]
 * @param weight what the ratings of each row weigh in the loss, together [n]
 */
export function withPenalty(gradient: Tensor, rows: Tensor, weight: Tensor, decay: number): Tensor {
  const share = tf.mul(tf.reshape(weight, [rows.shape[0]!, 1]), tf.scalar(2 * decay));
  return tf.add(gradient, tf.mul(rows, share));
}

/** The intercept with which a score of 0 predicts the training mean. */
export function interceptOf(mean: number, loss: Objective['loss'], range: Objective['range']): number {
  if (loss === 'bce') return Math.log(mean / (1 - mean));
  if (range === null) return mean;
  const share = Math.min(1 - 1e-3, Math.max(1e-3, (mean - range[0]) / (range[1] - range[0])));
  return Math.log(share / (1 - share));
}
