import { normAttention } from '../../graph/ops/index.ts';
import type { Tensor3D } from '../../graph/tf.ts';
import type { Initializer } from '../context.ts';
import { addBranch } from './drop-path.ts';
import { layerScale } from './layer-scale.ts';
import { linearParameters } from './linear.ts';
import { layerNormParameters } from './norm.ts';
import type { Scope } from './scope.ts';

export interface BranchOptions {
  initializer: Initializer;
  /** What layer scale starts at; null: there is none. */
  initialScale: number | null;
  /** Rate of stochastic depth. */
  dropPath: number;
  /** Of the normalisation; timm's default for transformers if absent. */
  epsilon?: number;
}

/**
 * The first half of a transformer block: x + LayerScale(Attention(LayerNorm(x))), under timm's names `norm1`, `attn.qkv`,
 * `attn.proj`, `ls1` of `block`.
 * @param x [n, tokens, c]
 */
export function attentionBranch(
  x: Tensor3D,
  block: Scope,
  { heads, initializer, initialScale, dropPath, epsilon }: BranchOptions & { heads: number },
): Tensor3D {
  const channels = x.shape[2];
  const norm = layerNormParameters(block.in('norm1'), channels, { epsilon });
  const qkv = linearParameters(block.in('attn.qkv'), channels, { out: 3 * channels, initializer });
  const out = linearParameters(block.in('attn.proj'), channels, { out: channels, initializer });
  const scale = layerScale(block.in('ls1'), channels, initialScale);
  const parameters = {
    ...norm,
    ...{ wQkv: qkv.weight, bQkv: qkv.bias, wOut: out.weight, bOut: out.bias, scale },
  };
  return addBranch(x, block.context, { name: `${block.name}.drop_path1`, rate: dropPath }, (residual) =>
    normAttention(x, residual, heads, parameters),
  );
}
