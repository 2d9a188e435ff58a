import { globalAveragePool } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer } from '../context.ts';
import { linearOver } from './linear.ts';
import type { Scope } from './scope.ts';

export interface SqueezeExciteOptions {
  /** Width of the narrow layer. */
  narrow: number;
  activation: (x: Tensor2D) => Tensor2D;
  /** To 0 … 1. */
  gate: (x: Tensor2D) => Tensor2D;
  initializer: (out: number) => Initializer;
}

/**
 * Squeeze-and-excitation (Hu et al. 2018): each channel times a number that two layers work out from all channels' means over
 * the picture. timm's names `conv_reduce` and `conv_expand`.
 */
export function squeezeExcite(x: Tensor4D, scope: Scope, options: SqueezeExciteOptions): Tensor4D {
  const { narrow, activation, gate, initializer } = options;
  const [n, , , channels] = x.shape;
  const layer = (y: Tensor2D, name: string, out: number): Tensor2D =>
    linearOver(y, scope.in(name), { out, layout: 'conv1x1', initializer: initializer(out) });
  const squeezed = activation(layer(globalAveragePool(x), 'conv_reduce', narrow));
  const excited = gate(layer(squeezed, 'conv_expand', channels));
  return tf.mul(x, tf.reshape(excited, [n, 1, 1, channels]));
}
