import { globalAveragePool, normMlp, responseNormMlp } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer, Model, ModelBuilder, ModelContext } from '../context.ts';
import { checkpointed } from '../layers/checkpointed.ts';
import { classifier } from '../layers/classifier.ts';
import { convolution, depthwiseConvolution } from '../layers/convolution.ts';
import { addBranch, dropPath, dropPathRates } from '../layers/drop-path.ts';
import { linearOver, linearParameters } from '../layers/linear.ts';
import { layerNormParameters, layerNormalisation } from '../layers/norm.ts';
import { Scope } from '../layers/scope.ts';

export interface ConvNextConfig {
  /** Blocks in each stage, and their channels. */
  depths: readonly number[];
  dims: readonly number[];
  /** True: timm stores the two linear layers of a block as 1×1 convolutions. The mathematics is the same. */
  convMlp: boolean;
  /** ConvNeXt V2: global response normalisation within the branch, and no layer scale. */
  responseNorm?: boolean;
}

/** Cut at ±2, a hundred standard deviations away: a plain normal distribution. */
const initializer: Initializer = { type: 'normal', std: 0.02 };
const LAYER_SCALE = 1e-6;
/** Of the response normalisation. */
const EPSILON = 1e-6;

/** @param rate of stochastic depth */
function block(x: Tensor4D, scope: Scope, config: ConvNextConfig, rate: number): Tensor4D {
  const channels = x.shape[3];
  const hidden = 4 * channels;
  const layout = config.convMlp ? 'conv1x1' : 'linear';
  const y = depthwiseConvolution(x, scope.in('conv_dw'), { kernel: 7, padding: 3, bias: true, initializer });
  const drop = { name: `${scope.name}.drop_path`, rate };
  if (config.responseNorm === true) {
    const wide = linearOver(layerNormalisation(y, scope.in('norm')), scope.in('mlp.fc1'), {
      out: hidden,
      layout,
      initializer,
    });
    const response = scope.in('mlp.grn');
    const narrow = linearParameters(scope.in('mlp.fc2'), hidden, { out: channels, layout, initializer });
    const branch = responseNormMlp(wide, {
      gamma: response.vector('weight', hidden, 0),
      beta: response.vector('bias', hidden, 0),
      epsilon: EPSILON,
      w: narrow.weight,
      b: narrow.bias,
    });
    return tf.add(x, dropPath(branch, scope.context, drop));
  }
  const scale = scope.vector('gamma', channels, LAYER_SCALE);
  const norm = layerNormParameters(scope.in('norm'), channels);
  const widen = linearParameters(scope.in('mlp.fc1'), channels, { out: hidden, layout, initializer });
  const narrow = linearParameters(scope.in('mlp.fc2'), hidden, { out: channels, layout, initializer });
  return addBranch(x, scope.context, drop, (residual) =>
    normMlp(y, residual, {
      ...norm,
      w1: widen.weight,
      b1: widen.bias,
      w2: narrow.weight,
      b2: narrow.bias,
      scale,
      oneByOne: scope.context.recomputing,
    }),
  );
}

/**
 * ConvNeXt (Liu et al. 2022, "A ConvNet for the 2020s") and V2 (Woo et al. 2023) with timm 1.0.31's names. Depth groups: the stem, then each block;
 * a stage's downsampling goes with its first block, the last normalisation with the last block.
 */
export function convNext(config: ConvNextConfig): ModelBuilder {
  const { depths, dims } = config;
  const blocks = depths.reduce((sum, depth) => sum + depth, 0);
  return ({ classes, dropPath: highest = 0, dropout }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      const stem = new Scope(context, 0, 'stem');
      let x = checkpointed(pixels, stem, (pixels, stem) => {
        const patches = { out: dims[0]!, kernel: 4, stride: 4, bias: true, initializer };
        return layerNormalisation(convolution(pixels, stem.in(0), patches), stem.in(1));
      });
      const rates = dropPathRates(highest, blocks);
      let group = 0;
      depths.forEach((depth, stage) => {
        if (stage > 0) {
          const down = new Scope(context, group + 1, `stages.${stage}.downsample`);
          const halving = { out: dims[stage]!, kernel: 2, stride: 2, bias: true, initializer };
          x = checkpointed(x, down, (x, down) =>
            convolution(layerNormalisation(x, down.in(0)), down.in(1), halving),
          );
        }
        for (let index = 0; index < depth; index += 1) {
          group += 1;
          const scope = new Scope(context, group, `stages.${stage}.blocks.${index}`);
          const rate = rates[group - 1]!;
          x = checkpointed(x, scope, (x, scope) => block(x, scope, config, rate));
        }
      });
      return layerNormalisation(globalAveragePool(x), new Scope(context, group, 'head.norm'));
    },
    head: (features, context) =>
      classifier(features, context, { name: 'head.fc', classes, rate: dropout, initializer }),
  });
}

const scaled =
  (responseNorm: boolean) =>
  (depths: readonly number[], firstDim: number, convMlp = false): ModelBuilder =>
    convNext({ depths, dims: [1, 2, 4, 8].map((factor) => factor * firstDim), convMlp, responseNorm });
const v1 = scaled(false);
const v2 = scaled(true);

/** By timm's id. Those from atto to nano were made in timm, which stores their linear layers as convolutions. */
export const convnextBuilders: Readonly<Record<string, ModelBuilder>> = {
  convnext_atto: v1([2, 2, 6, 2], 40, true),
  convnext_femto: v1([2, 2, 6, 2], 48, true),
  convnext_pico: v1([2, 2, 6, 2], 64, true),
  convnext_nano: v1([2, 2, 8, 2], 80, true),
  convnext_tiny: v1([3, 3, 9, 3], 96),
  convnext_small: v1([3, 3, 27, 3], 96),
  convnext_base: v1([3, 3, 27, 3], 128),
  convnext_large: v1([3, 3, 27, 3], 192),
  convnext_xlarge: v1([3, 3, 27, 3], 256),
};

/** By timm's id. */
export const convnextv2Builders: Readonly<Record<string, ModelBuilder>> = {
  convnextv2_atto: v2([2, 2, 6, 2], 40, true),
  convnextv2_femto: v2([2, 2, 6, 2], 48, true),
  convnextv2_pico: v2([2, 2, 6, 2], 64, true),
  convnextv2_nano: v2([2, 2, 8, 2], 80, true),
  convnextv2_tiny: v2([3, 3, 9, 3], 96),
  convnextv2_base: v2([3, 3, 27, 3], 128),
  convnextv2_large: v2([3, 3, 27, 3], 192),
};
