import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tf.ts';
import { type Attributes, attr } from '../attributes.ts';
import { type Padding, windowAttributes } from './padding.ts';
import { rawOp } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

function poolAttributes(kernel: number, stride: number, padding: Padding): Attributes {
  return { ...windowAttributes([kernel, kernel], stride, padding), ksize: attr.ints([1, kernel, kernel, 1]) };
}

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
  const attributes = poolAttributes(kernel, stride, padding);
  return withGradient([x], (save) => {
    const value = rawOp<Tensor4D>('MaxPool', attributes, [x]);
    save([x, value]);
    return { value, gradient: (dy, [x, y]) => [rawOp('MaxPoolGrad', attributes, [x!, y!, dy])] };
  });
}

/**
 * The mean of each window, over real pixels only: `same` is PyTorch's `ceil_mode` with `count_include_pad=False`.
 */
export function avgPool(x: Tensor4D, kernel: number, stride: number, padding: 'valid' | 'same'): Tensor4D {
  const attributes = poolAttributes(kernel, stride, padding);
  const shape = [...x.shape];
  return withGradient<Tensor4D>([x], () => ({
    value: rawOp<Tensor4D>('AvgPool', attributes, [x]),
    gradient: (dy: Tensor) => [rawOp('AvgPoolGrad', attributes, [tf.tensor1d(shape, 'int32'), dy])],
  }));
}
