import { type Tensor, type Tensor4D, tf } from '../tf.ts';
import { after } from './after.ts';
import { depthwiseFilterGradientKernel, usesKernels } from './kernels.ts';
import { addBias, biasGradient } from './linear.ts';
import { type Padding, padded, unpadded, windowOf } from './padding.ts';
import { rawOp } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

export interface ConvolutionOptions {
  stride: number;
  padding: Padding;
}

/** The three ops that a convolution and its two gradients are in TensorFlow. */
interface ConvolutionOps {
  forward: string;
  input: string;
  filter: string;
}

const depthwiseOps: ConvolutionOps = {
  forward: 'DepthwiseConv2dNative',
  input: 'DepthwiseConv2dNativeBackpropInput',
  filter: 'DepthwiseConv2dNativeBackpropFilter',
};

/** From this many values on a filter's gradient is quicker by a kernel of our own: measured, 5×5 is and 3×3 is not. */
const LARGE_FILTER = 25;

function convolution(
  ops: ConvolutionOps,
  x: Tensor4D,
  w: Tensor4D,
  { stride, padding }: ConvolutionOptions,
  bias: Tensor | null,
): Tensor4D {
  const kernel: [number, number] = [w.shape[0], w.shape[1]];
  const { attributes, margin } = windowOf(kernel, stride, padding);
  /** Zeros that the filter sees above x and left of it. */
  const firstMargins = (x: Tensor4D, y: Tensor4D): [number, number] => {
    if (padding === 'valid') return [0, 0];
    if (typeof padding === 'number') return [padding, padding];
    const missing = (axis: 1 | 2): number => (y.shape[axis] - 1) * stride + kernel[axis - 1]! - x.shape[axis];
    return [Math.max(0, missing(1)) >> 1, Math.max(0, missing(2)) >> 1];
  };
  const ownFilterGradient = ops === depthwiseOps && kernel[0] * kernel[1] >= LARGE_FILTER && usesKernels();
  return withGradient(bias === null ? [x, w] : [x, w, bias], (save) => {
    save([x, w]);
    const y = rawOp<Tensor4D>(ops.forward, attributes, [padded(x, margin), w]);
    return {
      value: bias === null ? y : addBias(y, bias),
      gradient(dy, saved) {
        const w = saved[1]!;
        const x = saved[0]! as Tensor4D;
        const [n, height, width, channels] = x.shape;
        const seen = [n, height + 2 * margin, width + 2 * margin, channels];
        const sizeOf = (shape: number[]): Tensor => tf.tensor1d(shape, 'int32');
        const dx = rawOp<Tensor4D>(ops.input, attributes, [sizeOf(seen), w, dy]);
        const dw = ownFilterGradient
          ? depthwiseFilterGradientKernel(x, dy, { kernel, stride, margins: firstMargins(x, dy) })
          : // Padded again rather than kept so: the layer before keeps the picture as it is.
            rawOp(ops.filter, attributes, [
              padded(margin > 0 ? after(x, dy) : x, margin),
              sizeOf(w.shape),
              dy,
            ]);
        const gradients = [unpadded(dx, margin), dw];
        return bias === null ? gradients : [...gradients, biasGradient(dy)];
      },
    };
  });
}

/**
 * Convolution (as networks mean it: cross-correlation).
 * @param x [n, h, w, in]
 * @param w [kh, kw, in, out]
 * @param bias [out], or null
 */
export function conv2d(
  x: Tensor4D,
  w: Tensor4D,
  options: ConvolutionOptions,
  bias: Tensor | null = null,
): Tensor4D {
  const ops = { forward: 'Conv2D', input: 'Conv2DBackpropInput', filter: 'Conv2DBackpropFilter' };
  return convolution(ops, x, w, options, bias);
}

/**
 * Each channel convolved with its own filter.
 * @param x [n, h, w, channels]
 * @param w [kh, kw, channels, 1]
 * @param bias [channels], or null
 */
export function depthwiseConv2d(
  x: Tensor4D,
  w: Tensor4D,
  options: ConvolutionOptions,
  bias: Tensor | null = null,
): Tensor4D {
  return convolution(depthwiseOps, x, w, options, bias);
}
