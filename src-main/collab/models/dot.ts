import { type Tensor1D, type Tensor2D, tf } from '../../graph/tf.ts';
import type { Recommender } from './types.ts';

/**
 * The dot product of a user's and an item's latent factors, with a bias of each where asked for (Koren, Bell and Volinsky 2009;
 * fastai's EmbeddingDotBias).
 */
export function dotProduct(factors: number, withBias: boolean): Recommender {
  const row = [{ name: 'factors', width: factors }, ...(withBias ? [{ name: 'bias', width: 1 }] : [])];
  const part = (rows: Tensor2D, from: number, width: number): Tensor2D =>
    tf.slice(rows, [0, from], [rows.shape[0], width]);
  return {
    columns: { user: row, item: row },
    weights: [],
    score(user, item) {
      if (!withBias) return tf.sum(tf.mul(user, item), 1);
      const product = tf.mul(part(user, 0, factors), part(item, 0, factors));
      const biases = tf.add(part(user, factors, 1), part(item, factors, 1));
      return tf.add(tf.sum(product, 1), tf.reshape(biases, [-1]) as Tensor1D);
    },
  };
}
