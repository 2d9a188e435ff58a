import { windowAttention } from '../../graph/ops/index.ts';
import type { Tensor4D } from '../../graph/tf.ts';
import type { ModelBuilder } from '../context.ts';
import { addBranch } from '../layers/drop-path.ts';
import { linearOver, linearParameters } from '../layers/linear.ts';
import { mlpBranch } from '../layers/mlp.ts';
import { layerNormParameters } from '../layers/norm.ts';
import type { Scope } from '../layers/scope.ts';
import { type BlockPlace, type SwinConfig, type SwinStyle, swinNetwork } from './swin/network.ts';
import { EPSILON, normalised } from './swin/norm.ts';
import { initializer, learntBias } from './swin/relative-position.ts';

/** x + Attention(LayerNorm(x)) within windows. */
function attentionBranch(x: Tensor4D, block: Scope, { plan, heads, dropPath }: BlockPlace): Tensor4D {
  const channels = x.shape[3];
  const norm = layerNormParameters(block.in('norm1'), channels, { epsilon: EPSILON });
  const bias = learntBias(block.in('attn'), plan.window, heads);
  const qkv = linearParameters(block.in('attn.qkv'), channels, { out: 3 * channels, initializer });
  const out = linearParameters(block.in('attn.proj'), channels, { out: channels, initializer });
  const parameters = {
    ...{ norm, bias, cosineScale: null },
    ...{ wQkv: qkv.weight, bQkv: qkv.bias, wOut: out.weight, bOut: out.bias },
  };
  return addBranch(x, block.context, { name: `${block.name}.drop_path1`, rate: dropPath }, (residual) =>
    windowAttention(x, residual, plan, heads, parameters),
  );
}

const style: SwinStyle = {
  block: (x, scope, place) =>
    mlpBranch(attentionBranch(x, scope, place), scope, {
      ...{ initializer, initialScale: null, dropPath: place.dropPath, epsilon: EPSILON },
    }),
  reduce: (x, scope) =>
    linearOver(normalised(x, scope.in('norm')), scope.in('reduction'), {
      ...{ out: x.shape[3] / 2, bias: false, initializer },
    }),
};

/** Swin Transformer (Liu et al. 2021). */
export function swin(config: SwinConfig): ModelBuilder {
  return swinNetwork(config, style);
}

/** Widths and depths that Swin and SwinV2 share. */
export const swinSizes = {
  tiny: { channels: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] },
  small: { channels: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] },
  base: { channels: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] },
  large: { channels: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] },
};

/** By timm's id. */
export const swinBuilders: Readonly<Record<string, ModelBuilder>> = {
  swin_tiny_patch4_window7_224: swin({ ...swinSizes.tiny, window: 7 }),
  swin_small_patch4_window7_224: swin({ ...swinSizes.small, window: 7 }),
  swin_base_patch4_window7_224: swin({ ...swinSizes.base, window: 7 }),
  swin_large_patch4_window7_224: swin({ ...swinSizes.large, window: 7 }),
  swin_base_patch4_window12_384: swin({ ...swinSizes.base, window: 12 }),
  swin_large_patch4_window12_384: swin({ ...swinSizes.large, window: 12 }),
};
