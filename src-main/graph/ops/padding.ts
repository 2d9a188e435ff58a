import { type Attributes, attr } from '../attributes.ts';

/**
 * `valid`: none. `same`: TensorFlow's, output = ceil(input / stride), the odd row or column at the bottom right.
 * A number: that many zeros on every side, as PyTorch; with stride 2 it differs from `same`.
 */
export type Padding = 'valid' | 'same' | number;

/** Attributes of a window op (convolution, pooling) on NHWC. */
export function windowAttributes(
  kernel: readonly [number, number],
  stride: number,
  padding: Padding,
): Attributes {
  const symmetric = typeof padding === 'number' && padding > 0;
  // At stride 1 a symmetric padding of half the kernel *is* SAME, which more of TensorFlow's fast kernels take.
  const isSame = symmetric && stride === 1 && kernel.every((k) => k === 2 * padding + 1);
  const common = {
    T: attr.type('float32'),
    strides: attr.ints([1, stride, stride, 1]),
    data_format: attr.string('NHWC'),
  };
  if (padding === 'same' || isSame) return { ...common, padding: attr.string('SAME') };
  if (!symmetric) return { ...common, padding: attr.string('VALID') };
  return {
    ...common,
    padding: attr.string('EXPLICIT'),
    explicit_paddings: attr.ints([0, 0, padding, padding, padding, padding, 0, 0]),
  };
}
