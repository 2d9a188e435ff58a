import { relu } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer } from '../context.ts';
import { convolution, depthwiseConvolution, pointwiseConvolution } from './convolution.ts';
import { dropPath } from './drop-path.ts';
import { batchNormalisation } from './norm.ts';
import type { Scope } from './scope.ts';
import { squeezeExcite } from './squeeze-excite.ts';

export type Activation = <T extends Tensor2D | Tensor4D>(x: T) => T;

/** What all blocks of a mobile network have in common. */
export interface MobileStyle {
  /** TensorFlow's SAME, or half the kernel on every side as PyTorch pads. */
  padding: 'same' | 'symmetric';
  /** Of batch normalisation. */
  epsilon: number;
  activation: Activation;
  /** Squeeze-and-excitation, for blocks that have it. */
  squeeze?: {
    /** Width of its narrow layer, from the block's input channels and the wide ones. */
    narrow: (input: number, wide: number) => number;
    activation: Activation;
    gate: (x: Tensor2D) => Tensor2D;
  };
}

/** One block. */
export interface MobileBlock {
  kernel: number;
  stride: number;
  /** How much wider the middle is; 1: there is no widening layer. */
  expansion: number;
  /** Output channels. */
  channels: number;
  squeeze?: boolean;
  /** `relu` instead of the network's own. */
  activation?: 'relu';
}

/** The nearest multiple of 8 that does not take away more than a tenth. */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/** TensorFlow's start: normal by fan-out, which a depthwise convolution has of one channel. */
export const fanOut = (fan: number): Initializer => ({ type: 'normal', std: Math.sqrt(2 / fan) });

/** Padding of a convolution in this style. */
export function paddingOf({ padding }: MobileStyle, kernel: number): 'same' | number {
  return padding === 'same' ? 'same' : (kernel - 1) / 2;
}

/** Convolution (the first of a network), normalisation, activation. */
export function convolutionNormed(
  x: Tensor4D,
  scopes: { convolution: Scope; norm: Scope },
  options: { out: number; kernel: number; stride: number },
  style: MobileStyle,
): Tensor4D {
  const { out, kernel, stride } = options;
  const y =
    kernel === 1 && stride === 1
      ? pointwiseConvolution(x, scopes.convolution, { out, initializer: fanOut(out) })
      : convolution(x, scopes.convolution, {
          ...options,
          padding: paddingOf(style, kernel),
          initializer: fanOut(kernel * kernel * out),
        });
  return style.activation(batchNormalisation(y, scopes.norm, style));
}

/**
 * The inverted residual of MobileNetV2 (Sandler et al. 2018): widen, convolve each channel, narrow again without activation.
 * Without widening it is timm's depthwise-separable block, whose layers are numbered one lower.
 * @param rate of stochastic depth
 */
export function invertedResidual(
  x: Tensor4D,
  scope: Scope,
  block: MobileBlock,
  style: MobileStyle,
  rate: number,
): Tensor4D {
  const { kernel, stride, expansion, channels } = block;
  const activation: Activation = block.activation === 'relu' ? relu : style.activation;
  const normed = (y: Tensor4D, index: number): Tensor4D =>
    batchNormalisation(y, scope.in(`bn${index}`), style);
  const pointwise = (y: Tensor4D, name: string, out: number): Tensor4D =>
    pointwiseConvolution(y, scope.in(name), { out, initializer: fanOut(out) });
  const input = x.shape[3];
  const widens = expansion !== 1;
  const wide = widens ? roundChannels(input * expansion) : input;
  let y = widens ? activation(normed(pointwise(x, 'conv_pw', wide), 1)) : x;
  y = depthwiseConvolution(y, scope.in('conv_dw'), {
    kernel,
    stride,
    padding: paddingOf(style, kernel),
    initializer: fanOut(kernel * kernel),
  });
  y = activation(normed(y, widens ? 2 : 1));
  if (block.squeeze === true && style.squeeze !== undefined) {
    const { narrow, activation: inner, gate } = style.squeeze;
    const options = { narrow: narrow(input, wide), activation: inner, gate, initializer: fanOut };
    y = squeezeExcite(y, scope.in('se'), options);
  }
  y = normed(pointwise(y, widens ? 'conv_pwl' : 'conv_pw', channels), widens ? 3 : 2);
  if (stride !== 1 || input !== channels) return y;
  return tf.add(dropPath(y, scope.context, { name: `${scope.name}.drop_path`, rate }), x);
}
