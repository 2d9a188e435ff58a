import type { Tensor2D, Tensor } from '../tf.ts';
import { attr } from '../attributes.ts';
import { rawOp } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

/** Matrix product of [m, k] and [k, n], either taken transposed. No gradient: for use inside hand-written ones. */
export function matMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor2D {
  return rawOp(
    'MatMul',
    { T: attr.type('float32'), transpose_a: attr.bool(transposeA), transpose_b: attr.bool(transposeB) },
    [a, b],
  );
}

/** x + bias over the last axis, without gradient. TensorFlow fuses it into the product or convolution before it. */
export function addBias<T extends Tensor>(x: T, bias: Tensor): T {
  return rawOp<T>('BiasAdd', { T: attr.type('float32'), data_format: attr.string('NHWC') }, [x, bias]);
}

/** The gradient of {@link addBias} with respect to the bias: dy summed over all axes but the last. */
export function biasGradient(dy: Tensor): Tensor {
  return rawOp('BiasAddGrad', { T: attr.type('float32'), data_format: attr.string('NHWC') }, [dy]);
}

/**
 * x·w + b.
 * @param x [n, in]
 * @param w [in, out]
 * @param b [out], or null
 * @returns [n, out]
 */
export function linear(x: Tensor2D, w: Tensor2D, b: Tensor | null): Tensor2D {
  return withGradient(b === null ? [x, w] : [x, w, b], (save) => {
    save([x, w]);
    const product = matMul(x, w);
    return {
      value: b === null ? product : addBias(product, b),
      gradient(dy, saved) {
        const gradients: Tensor[] = [matMul(dy, saved[1]!, false, true), matMul(saved[0]!, dy, true, false)];
        return b === null ? gradients : [...gradients, biasGradient(dy)];
      },
    };
  });
}
