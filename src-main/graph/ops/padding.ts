import { type Tensor4D, tf } from '../tf.ts';
import { type Attributes, attr } from '../attributes.ts';

/**
 * `valid`: none. `same`: TensorFlow's, output = ceil(input / stride), the odd row or column at the bottom right.
 * A number: that many zeros on every side, as PyTorch; with stride 2 it differs from `same`.
 */
export type Padding = 'valid' | 'same' | number;

/** How a window op pads: by an attribute of the op, or by an op of its own before it. */
export interface Window {
  /** Attributes for NHWC, without what is particular to the op. */
  attributes: Attributes;
  /** Rows and columns that are to be added on every side first. */
  margin: number;
}

/**
 * A window op's strides and padding. TensorFlow has explicit paddings too, but its fast kernels (oneDNN) take them only
 * forward: backward they cost several times as much, so the picture is padded by an op of its own.
 */
export function windowOf(kernel: readonly [number, number], stride: number, padding: Padding): Window {
  const symmetric = typeof padding === 'number' && padding > 0;
  // At stride 1 a symmetric padding of half the kernel *is* SAME.
  const isSame = symmetric && stride === 1 && kernel.every((k) => k === 2 * padding + 1);
  return {
    attributes: {
      T: attr.type('float32'),
      strides: attr.ints([1, stride, stride, 1]),
      data_format: attr.string('NHWC'),
      padding: attr.string(padding === 'same' || isSame ? 'SAME' : 'VALID'),
    },
    margin: symmetric && !isSame ? padding : 0,
  };
}

/** The picture with `margin` rows and columns of `value` on every side. No gradient. */
export function padded(x: Tensor4D, margin: number, value = 0): Tensor4D {
  const sides: [number, number] = [margin, margin];
  return margin === 0 ? x : tf.pad(x, [[0, 0], sides, sides, [0, 0]], value);
}

/** The inverse of {@link padded}: the gradient's way back. */
export function unpadded(dy: Tensor4D, margin: number): Tensor4D {
  const [n, height, width, channels] = dy.shape;
  if (margin === 0) return dy;
  return tf.slice(dy, [0, margin, margin, 0], [n, height - 2 * margin, width - 2 * margin, channels]);
}
