import { normMlp } from '../../graph/ops/index.ts';
import type { Tensor } from '../../graph/tf.ts';
import type { BranchOptions } from './attention.ts';
import { addBranch } from './drop-path.ts';
import { layerScale } from './layer-scale.ts';
import { linearParameters } from './linear.ts';
import { layerNormParameters } from './norm.ts';
import type { Scope } from './scope.ts';

/**
 * The second half of a transformer block: x + LayerScale(MLP(LayerNorm(x))) with exact GELU, under timm's names `norm2`,
 * `mlp.fc1`, `mlp.fc2`, `ls2` of `block`.
 * @param x [..., c]
 * @param ratio hidden features over channels
 */
export function mlpBranch<T extends Tensor>(
  x: T,
  block: Scope,
  { ratio = 4, initializer, initialScale, dropPath, epsilon }: BranchOptions & { ratio?: number },
): T {
  const channels = x.shape.at(-1)!;
  const hidden = ratio * channels;
  const norm = layerNormParameters(block.in('norm2'), channels, { epsilon });
  const widen = linearParameters(block.in('mlp.fc1'), channels, { out: hidden, initializer });
  const narrow = linearParameters(block.in('mlp.fc2'), hidden, { out: channels, initializer });
  const scale = layerScale(block.in('ls2'), channels, initialScale);
  const parameters = {
    ...norm,
    ...{ w1: widen.weight, b1: widen.bias, w2: narrow.weight, b2: narrow.bias, scale },
    oneByOne: block.context.recomputing,
  };
  return addBranch(x, block.context, { name: `${block.name}.drop_path2`, rate: dropPath }, (residual) =>
    normMlp(x, residual, parameters),
  );
}
