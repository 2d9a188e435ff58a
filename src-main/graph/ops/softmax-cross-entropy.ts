import { type Tensor1D, type Tensor2D, tf } from '../tf.ts';
import { attr } from '../attributes.ts';
import { rawOps } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Cross-entropy of the softmax of `logits` with `labels`, a row at a time. Labels are constants to the gradient.
 * @param logits [n, k]
 * @param labels [n, k], each row a distribution
 * @returns [n]
 */
export function softmaxCrossEntropy(logits: Tensor2D, labels: Tensor2D): Tensor1D {
  return withGradient([logits], (save) => {
    // TensorFlow's op gives the gradient (softmax − labels) along with the loss.
    const [loss, backprop] = rawOps(
      'SoftmaxCrossEntropyWithLogits',
      { T: attr.type('float32') },
      [logits, labels],
      2,
    );
    save([backprop!]);
    return {
      value: loss as Tensor1D,
      gradient: (dy, [backprop]) => [tf.mul(tf.reshape(dy, [-1, 1]), backprop!)],
    };
  });
}
