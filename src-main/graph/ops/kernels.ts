import type { Tensor, Tensor2D, Tensor4D } from '../tf.ts';
import { attr, nativeBinding } from '../attributes.ts';
import { rawOp, rawOps } from './raw-op.ts';

/**
 * Ops of our own, compiled into the addon (`native/`): what TensorFlow does on a processor in three to ten passes through memory,
 * they do in one. They exist for the processor alone. None has a gradient: they are for use inside hand-written ones.
 */

let standardOnly = 0;

/** Whether ops of our own are to be used: on a processor, and not within {@link withStandardOps}. */
export function usesKernels(): boolean {
  return standardOnly === 0 && !nativeBinding().isUsingGpuDevice();
}

/** Runs `fn` with TensorFlow's own ops alone, as they are used on a card. */
export function withStandardOps<T>(fn: () => T): T {
  standardOnly += 1;
  try {
    return fn();
  } finally {
    standardOnly -= 1;
  }
}

/**
 * y = (x − mean)·inverse·gamma + beta over the columns of x [rows, c]; mean and inverse = 1/√(variance + ε) are [rows].
 * @param gamma [c]
 * @param beta [c]
 */
export function layerNormKernel(
  x: Tensor2D,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): { y: Tensor2D; mean: Tensor; inverse: Tensor } {
  const attributes = { epsilon: attr.float(epsilon) };
  const [y, mean, inverse] = rawOps('GranaryLayerNorm', attributes, [x, gamma, beta], 3);
  return { y: y as Tensor2D, mean: mean!, inverse: inverse! };
}

/** The y of {@link layerNormKernel} once more. */
export function normaliseKernel(
  x: Tensor,
  mean: Tensor,
  inverse: Tensor,
  gamma: Tensor,
  beta: Tensor,
): Tensor2D {
  return rawOp('GranaryNormalise', {}, [x, mean, inverse, gamma, beta]);
}

/** The gradients of {@link layerNormKernel}, from dy [rows, c]. */
export function layerNormGradientKernel(
  dy: Tensor,
  x: Tensor,
  mean: Tensor,
  inverse: Tensor,
  gamma: Tensor,
): { dx: Tensor2D; dGamma: Tensor; dBeta: Tensor } {
  const [dx, dGamma, dBeta] = rawOps('GranaryLayerNormGrad', {}, [dy, x, mean, inverse, gamma], 3);
  return { dx: dx as Tensor2D, dGamma: dGamma!, dBeta: dBeta! };
}

/** GELU by the normal distribution, of any shape. */
export function geluKernel<T extends Tensor>(x: T): T {
  return rawOp<T>('GranaryGelu', {}, [x]);
}

/** The gradient of {@link geluKernel}. */
export function geluGradientKernel<T extends Tensor>(dy: T, x: Tensor): T {
  return rawOp<T>('GranaryGeluGrad', {}, [dy, x]);
}

/** The gradient of {@link geluKernel} with GELU(x) once more and the gradient's sum over the rows [c]; x and dy are [rows, c]. */
export function geluBackwardKernel(dy: Tensor, x: Tensor): { dx: Tensor2D; y: Tensor2D; sums: Tensor } {
  const [dx, y, sums] = rawOps('GranaryGeluBackward', {}, [dy, x], 3);
  return { dx: dx as Tensor2D, y: y as Tensor2D, sums: sums! };
}

/** x + scale·branch; x and branch are [rows, c], scale is [c]. */
export function scaleAddKernel(x: Tensor, branch: Tensor, scale: Tensor): Tensor2D {
  return rawOp('GranaryScaleAdd', {}, [x, branch, scale]);
}

/** scale·dy, and dy summed over the rows [c]; dy is [rows, c], scale is [c]. */
export function scaleSumKernel(dy: Tensor, scale: Tensor): { scaled: Tensor2D; sums: Tensor } {
  const [scaled, sums] = rawOps('GranaryScaleSum', {}, [dy, scale], 2);
  return { scaled: scaled as Tensor2D, sums: sums! };
}

/** How a depthwise convolution's filter went over the picture. */
export interface FilterWindow {
  /** [kh, kw] */
  kernel: readonly [number, number];
  stride: number;
  /** Zeros that it saw above the picture and left of it. */
  margins: readonly [number, number];
}

/**
 * The gradient of a depthwise convolution with respect to its filter.
 * @param x [n, h, w, c], without margins
 * @param dy [n, oh, ow, c]
 * @returns [kh, kw, c, 1]
 */
export function depthwiseFilterGradientKernel(
  x: Tensor4D,
  dy: Tensor4D,
  { kernel: [rows, columns], stride, margins: [top, left] }: FilterWindow,
): Tensor4D {
  const attributes = {
    ...{ rows: attr.int(rows), columns: attr.int(columns), stride: attr.int(stride) },
    ...{ top: attr.int(top), left: attr.int(left) },
  };
  return rawOp('GranaryDepthwiseFilterGrad', attributes, [x, dy]);
}
