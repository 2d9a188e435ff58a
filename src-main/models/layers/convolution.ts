import { type Padding, conv2d, depthwiseConv2d } from '../../graph/ops/index.ts';
import type { Tensor4D } from '../../graph/tf.ts';
import type { Initializer } from '../context.ts';
import { linearOver } from './linear.ts';
import type { Scope } from './scope.ts';

export interface ConvolutionOptions {
  /** Output channels. */
  out: number;
  kernel: number;
  stride?: number;
  /** Symmetric as in PyTorch, or TensorFlow's SAME, or none (the default). */
  padding?: Padding;
  bias?: boolean;
  initializer: Initializer;
}

/** A full convolution (`nn.Conv2d`): NHWC in, NHWC out. */
export function convolution(x: Tensor4D, scope: Scope, options: ConvolutionOptions): Tensor4D {
  const { out, kernel, stride = 1, padding = 'valid', bias = false, initializer } = options;
  const shape = [kernel, kernel, x.shape[3], out];
  const weight = scope.weight<Tensor4D>(shape, 'conv', initializer);
  return conv2d(x, weight, { stride, padding }, bias ? scope.vector('bias', out, 0) : null);
}

/** A convolution of each channel by itself (`nn.Conv2d` with as many groups as channels). */
export function depthwiseConvolution(
  x: Tensor4D,
  scope: Scope,
  options: Omit<ConvolutionOptions, 'out'>,
): Tensor4D {
  const { kernel, stride = 1, padding = 'valid', bias = false, initializer } = options;
  const channels = x.shape[3];
  const weight = scope.weight<Tensor4D>([kernel, kernel, channels, 1], 'depthwise', initializer);
  return depthwiseConv2d(x, weight, { stride, padding }, bias ? scope.vector('bias', channels, 0) : null);
}

/** A 1×1 convolution without bias or stride (`nn.Conv2d`), run as what it is: one matrix product over all pixels. */
export function pointwiseConvolution(
  x: Tensor4D,
  scope: Scope,
  { out, initializer }: Pick<ConvolutionOptions, 'out' | 'initializer'>,
): Tensor4D {
  return linearOver(x, scope, { out, bias: false, layout: 'conv1x1', initializer });
}
