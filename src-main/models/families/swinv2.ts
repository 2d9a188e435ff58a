import { gelu, windowAttention } from '../../graph/ops/index.ts';
import { type Tensor, type Tensor4D, tf } from '../../graph/tf.ts';
import type { ModelBuilder } from '../context.ts';
import { addBranch } from '../layers/drop-path.ts';
import { linearOver, linearParameters } from '../layers/linear.ts';
import type { Scope } from '../layers/scope.ts';
import { swinSizes } from './swin.ts';
import { type BlockPlace, type SwinConfig, swinNetwork } from './swin/network.ts';
import { normalised } from './swin/norm.ts';
import { continuousBias, initializer } from './swin/relative-position.ts';

export interface SwinV2Config extends SwinConfig {
  /** By stage: side of the window that the weights were learnt with first; 0: the one that they have. */
  learntWith?: readonly number[];
}

/** Cosine attention's factors stop here. */
const LARGEST_LOG_SCALE = Math.log(100);

/** The factor of each head, [heads, 1, 1], learnt as a logarithm. */
function cosineScale(attention: Scope, heads: number): Tensor {
  const { context, group, name } = attention;
  const logarithm = context.parameter({
    name: `${name}.logit_scale`,
    shape: [heads, 1, 1],
    layout: 'same',
    initializer: { type: 'constant', value: Math.log(10) },
    decay: false,
    group,
  });
  return tf.exp(tf.minimum(logarithm, LARGEST_LOG_SCALE));
}

/** Cosine attention within windows. Keys have no bias: it would change no probability. */
function attention(
  x: Tensor4D,
  scope: Scope,
  { stage, plan, heads }: BlockPlace,
  config: SwinV2Config,
): Tensor4D {
  const channels = x.shape[3];
  const out = linearParameters(scope.in('proj'), channels, { out: channels, initializer });
  const queryBias = scope.vector('q_bias', channels, 0);
  const valueBias = scope.vector('v_bias', channels, 0);
  return windowAttention(x, null, plan, heads, {
    norm: null,
    wQkv: scope.in('qkv').weight([channels, 3 * channels], 'linear', initializer),
    bQkv: tf.concat([queryBias, tf.zeros([channels]), valueBias]),
    wOut: out.weight,
    bOut: out.bias,
    bias: continuousBias(scope, plan.window, heads, config.learntWith?.[stage] ?? 0),
    cosineScale: cosineScale(scope, heads),
  });
}

function mlp(x: Tensor4D, scope: Scope): Tensor4D {
  const channels = x.shape[3];
  const hidden = linearOver(x, scope.in('fc1'), { out: 4 * channels, initializer });
  return linearOver(gelu(hidden), scope.in('fc2'), { out: channels, initializer });
}

/** x + LayerNorm(Attention(x)), then x + LayerNorm(MLP(x)): each branch is normalised at its end, and starts as nothing. */
function block(x: Tensor4D, scope: Scope, place: BlockPlace, config: SwinV2Config): Tensor4D {
  const add = (to: Tensor4D, branch: Tensor4D, number: 1 | 2): Tensor4D => {
    const drop = { name: `${scope.name}.drop_path${number}`, rate: place.dropPath };
    const normal = normalised(branch, scope.in(`norm${number}`), 0);
    return addBranch(to, scope.context, drop, (residual) =>
      residual === null ? normal : tf.add(residual, normal),
    );
  };
  const attended = add(x, attention(x, scope.in('attn'), place, config), 1);
  return add(attended, mlp(attended, scope.in('mlp')), 2);
}

/** Swin Transformer V2 (Liu et al. 2022). */
export function swinV2(config: SwinV2Config): ModelBuilder {
  return swinNetwork(config, {
    block: (x, scope, place) => block(x, scope, place, config),
    reduce: (x, scope) => {
      const reduced = linearOver(x, scope.in('reduction'), { out: x.shape[3] / 2, bias: false, initializer });
      return normalised(reduced, scope.in('norm'));
    },
  });
}

/** Weights first learnt at 192 pixels, where the last stage's grid is 6×6. */
const learntWith = [12, 12, 12, 6];

/** By timm's id. */
export const swinv2Builders: Readonly<Record<string, ModelBuilder>> = {
  swinv2_tiny_window8_256: swinV2({ ...swinSizes.tiny, window: 8 }),
  swinv2_tiny_window16_256: swinV2({ ...swinSizes.tiny, window: 16 }),
  swinv2_small_window8_256: swinV2({ ...swinSizes.small, window: 8 }),
  swinv2_small_window16_256: swinV2({ ...swinSizes.small, window: 16 }),
  swinv2_base_window8_256: swinV2({ ...swinSizes.base, window: 8 }),
  swinv2_base_window16_256: swinV2({ ...swinSizes.base, window: 16 }),
  swinv2_base_window12_192: swinV2({ ...swinSizes.base, window: 12 }),
  swinv2_base_window12to16_192to256: swinV2({ ...swinSizes.base, window: 16, learntWith }),
  swinv2_base_window12to24_192to384: swinV2({ ...swinSizes.base, window: 24, learntWith }),
  swinv2_large_window12_192: swinV2({ ...swinSizes.large, window: 12 }),
  swinv2_large_window12to16_192to256: swinV2({ ...swinSizes.large, window: 16, learntWith }),
  swinv2_large_window12to24_192to384: swinV2({ ...swinSizes.large, window: 24, learntWith }),
};
