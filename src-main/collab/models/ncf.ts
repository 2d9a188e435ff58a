import { linear } from '../../graph/ops/linear.ts';
import { relu } from '../../graph/ops/relu.ts';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../../graph/tf.ts';
import type { Recommender, WeightSpec } from './types.ts';

/**
 * Neural collaborative filtering (He et al. 2017; fastai's EmbeddingNN): both embeddings side by side into a small network of
 * hidden layers with ReLU.
 * @param widths of a user's and of an item's embedding
 */
export function neural(widths: { user: number; item: number }, hidden: readonly number[]): Recommender {
  const sizes = [widths.user + widths.item, ...hidden, 1];
  const weights = sizes.slice(1).flatMap((out, layer): WeightSpec[] => {
    // PyTorch's nn.Linear: uniform within 1/√in, weights and biases alike.
    const bound = 1 / Math.sqrt(sizes[layer]!);
    return [
      { name: `layers.${layer}.weight`, shape: [sizes[layer]!, out], bound, decay: true },
      { name: `layers.${layer}.bias`, shape: [out], bound, decay: false },
    ];
  });
  return {
    columns: {
      user: [{ name: 'embedding', width: widths.user }],
      item: [{ name: 'embedding', width: widths.item }],
    },
    weights,
    score(user, item, weight: (name: string) => Tensor) {
      let x: Tensor2D = tf.concat2d([user, item], 1);
      for (let layer = 0; layer <= hidden.length; layer++) {
        x = linear(x, weight(`layers.${layer}.weight`) as Tensor2D, weight(`layers.${layer}.bias`));
        if (layer < hidden.length) x = relu(x);
      }
      return tf.reshape(x, [-1]) as Tensor1D;
    },
  };
}
