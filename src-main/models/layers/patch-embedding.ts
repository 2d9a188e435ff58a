import { linear } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer } from '../context.ts';
import type { Scope } from './scope.ts';

/**
 * Cuts a picture into squares and projects each (`PatchEmbed`, a convolution whose stride is its kernel): run as what it is,
 * one matrix product over all squares. Parameters `proj.weight` and `proj.bias` of `scope`, which start as PyTorch starts a
 * convolution.
 * @param pixels [n, height, width, 3], both sides multiples of `patch`
 * @returns [n, height/patch · width/patch, channels], row by row
 */
export function patchEmbedding(
  pixels: Tensor4D,
  scope: Scope,
  { patch, channels }: { patch: number; channels: number },
): Tensor3D {
  const [n, height, width, colours] = pixels.shape;
  const [rows, columns] = [height / patch, width / patch];
  const values = patch * patch * colours;
  const initializer: Initializer = { type: 'uniform', bound: 1 / Math.sqrt(values) };
  const proj = scope.in('proj');
  const weight = proj.weight<Tensor4D>([patch, patch, colours, channels], 'conv', initializer);
  const bias = proj.vector('bias', channels, initializer);
  const cut = tf.reshape(pixels, [n, rows, patch, columns, patch * colours]);
  const squares: Tensor2D = tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [n * rows * columns, values]);
  const tokens = linear(squares, tf.reshape(weight, [values, channels]), bias);
  return tf.reshape(tokens, [n, rows * columns, channels]);
}
