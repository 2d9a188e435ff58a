import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tf.ts';
import { attr } from '../attributes.ts';
import { after } from './after.ts';
import { type Padding, type Window, padded, unpadded, windowOf } from './padding.ts';
import { rawOp } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

function poolWindow(kernel: number, stride: number, padding: Padding): Window {
  const { attributes, margin } = windowOf([kernel, kernel], stride, padding);
  return { attributes: { ...attributes, ksize: attr.ints([1, kernel, kernel, 1]) }, margin };
}

/** The least float32: what maximum pooling pads with. */
const LOWEST = -3.4028234663852886e38;

/** The mean over height and width: [n, h, w, c] → [n, c]. */
export function globalAveragePool(x: Tensor4D): Tensor2D {
  const [, height, width] = x.shape;
  return withGradient([x], () => ({
    value: tf.mean(x, [1, 2]) as Tensor2D,
    gradient: (dy) => {
      const [n, c] = dy.shape;
      const spread = tf.reshape(tf.mul(dy, 1 / (height * width)), [n, 1, 1, c]);
      return [tf.tile(spread, [1, height, width, 1])];
    },
  }));
}

/** The largest value of each window. A number as padding pads with −∞, as PyTorch. */
export function maxPool(x: Tensor4D, kernel: number, stride: number, padding: Padding): Tensor4D {
  const { attributes, margin } = poolWindow(kernel, stride, padding);
  return withGradient([x], (save) => {
    const value = rawOp<Tensor4D>('MaxPool', attributes, [padded(x, margin, LOWEST)]);
    save([x, value]);
    return {
      value,
      gradient(dy, saved) {
        const x = (margin === 0 ? saved[0]! : after(saved[0]!, dy)) as Tensor4D;
        const dx = rawOp<Tensor4D>('MaxPoolGrad', attributes, [padded(x, margin, LOWEST), saved[1]!, dy]);
        return [unpadded(dx, margin)];
      },
    };
  });
}

/**
 * The mean of each window, over real pixels only: `same` is PyTorch's `ceil_mode` with `count_include_pad=False`.
 */
export function avgPool(x: Tensor4D, kernel: number, stride: number, padding: 'valid' | 'same'): Tensor4D {
  const { attributes } = poolWindow(kernel, stride, padding);
  const shape = [...x.shape];
  return withGradient<Tensor4D>([x], () => ({
    value: rawOp<Tensor4D>('AvgPool', attributes, [x]),
    gradient: (dy: Tensor) => [rawOp('AvgPoolGrad', attributes, [tf.tensor1d(shape, 'int32'), dy])],
  }));
}
