import { linear } from '../../graph/ops/index.ts';
import type { Tensor, Tensor2D } from '../../graph/tf.ts';
import type { Initializer, ParameterLayout } from '../context.ts';
import type { Scope } from './scope.ts';

export interface LinearOptions {
  /** Output features. */
  out: number;
  bias?: boolean;
  layout?: Extract<ParameterLayout, 'linear' | 'conv1x1'>;
  initializer: Initializer;
  biasInitializer?: Initializer;
}

/** The two parameters of `nn.Linear`, or of a 1×1 convolution, from `inputs` features. */
export function linearParameters(
  scope: Scope,
  inputs: number,
  { out, layout = 'linear', initializer, biasInitializer = { type: 'zeros' } }: Omit<LinearOptions, 'bias'>,
): { weight: Tensor2D; bias: Tensor } {
  const weight = scope.weight<Tensor2D>([inputs, out], layout, initializer);
  return { weight, bias: scope.vector('bias', out, biasInitializer) };
}

/** `nn.Linear` over the last axis, the others being rows: [..., in] → [..., out]. */
export function linearOver<T extends Tensor>(x: T, scope: Scope, options: LinearOptions): T {
  const { out, bias = true, layout = 'linear', initializer, biasInitializer = { type: 'zeros' } } = options;
  const leading = x.shape.slice(0, -1);
  const inputs = x.shape.at(-1)!;
  const weight = scope.weight<Tensor2D>([inputs, out], layout, initializer);
  const rows = leading.reduce((product, side) => product * side, 1);
  const flat = (x.rank === 2 ? x : x.reshape([rows, inputs])) as Tensor as Tensor2D;
  const y = linear(flat, weight, bias ? scope.vector('bias', out, biasInitializer) : null);
  return (x.rank === 2 ? y : y.reshape([...leading, out])) as Tensor as T;
}
