import { globalAveragePool, normMlp } from '../../graph/ops/index.ts';
import type { Tensor2D, Tensor4D } from '../../graph/tf.ts';
import type { Initializer, Model, ModelBuilder, ModelContext } from '../context.ts';
import { convolution, depthwiseConvolution } from '../layers/convolution.ts';
import { linearOver, linearParameters } from '../layers/linear.ts';
import { layerNormParameters, layerNormalisation } from '../layers/norm.ts';
import { Scope } from '../layers/scope.ts';

export interface ConvNextConfig {
  /** Blocks in each stage, and their channels. */
  depths: readonly number[];
  dims: readonly number[];
  /** True: timm stores the two linear layers of a block as 1×1 convolutions. The mathematics is the same. */
  convMlp: boolean;
}

/** Cut at ±2, a hundred standard deviations away: a plain normal distribution. */
const initializer: Initializer = { type: 'normal', std: 0.02 };
const LAYER_SCALE = 1e-6;

function block(x: Tensor4D, scope: Scope, { convMlp }: ConvNextConfig): Tensor4D {
  const channels = x.shape[3];
  const hidden = 4 * channels;
  const layout = convMlp ? 'conv1x1' : 'linear';
  const scale = scope.vector('gamma', channels, LAYER_SCALE);
  const y = depthwiseConvolution(x, scope.in('conv_dw'), { kernel: 7, padding: 3, bias: true, initializer });
  const norm = layerNormParameters(scope.in('norm'), channels);
  const widen = linearParameters(scope.in('mlp.fc1'), channels, { out: hidden, layout, initializer });
  const narrow = linearParameters(scope.in('mlp.fc2'), hidden, { out: channels, layout, initializer });
  return normMlp(y, x, {
    ...norm,
    w1: widen.weight,
    b1: widen.bias,
    w2: narrow.weight,
    b2: narrow.bias,
    scale,
  });
}

/**
 * ConvNeXt (Liu et al. 2022, "A ConvNet for the 2020s") with timm 1.0.31's names. Depth groups: the stem, then each block;
 * a stage's downsampling goes with its first block, the last normalisation with the last block.
 */
export function convNext(config: ConvNextConfig): ModelBuilder {
  const { depths, dims } = config;
  return ({ classes }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      const stem = new Scope(context, 0, 'stem');
      let x = convolution(pixels, stem.in(0), {
        out: dims[0]!,
        kernel: 4,
        stride: 4,
        bias: true,
        initializer,
      });
      x = layerNormalisation(x, stem.in(1));
      let group = 0;
      depths.forEach((depth, stage) => {
        if (stage > 0) {
          const down = new Scope(context, group + 1, `stages.${stage}.downsample`);
          x = layerNormalisation(x, down.in(0));
          x = convolution(x, down.in(1), {
            out: dims[stage]!,
            kernel: 2,
            stride: 2,
            bias: true,
            initializer,
          });
        }
        for (let index = 0; index < depth; index += 1) {
          group += 1;
          x = block(x, new Scope(context, group, `stages.${stage}.blocks.${index}`), config);
        }
      });
      return layerNormalisation(globalAveragePool(x), new Scope(context, group, 'head.norm'));
    },
    head: (features, context) =>
      linearOver(features, new Scope(context, 'head', 'head.fc'), { out: classes, initializer }),
  });
}

const scaled = (depths: readonly number[], firstDim: number, convMlp = false): ModelBuilder =>
  convNext({ depths, dims: [1, 2, 4, 8].map((factor) => factor * firstDim), convMlp });

/** By timm's id. Those from atto to nano were made in timm, which stores their linear layers as convolutions. */
export const convnextBuilders: Readonly<Record<string, ModelBuilder>> = {
  convnext_atto: scaled([2, 2, 6, 2], 40, true),
  convnext_femto: scaled([2, 2, 6, 2], 48, true),
  convnext_pico: scaled([2, 2, 6, 2], 64, true),
  convnext_nano: scaled([2, 2, 8, 2], 80, true),
  convnext_tiny: scaled([3, 3, 9, 3], 96),
  convnext_small: scaled([3, 3, 27, 3], 96),
  convnext_base: scaled([3, 3, 27, 3], 128),
  convnext_large: scaled([3, 3, 27, 3], 192),
  convnext_xlarge: scaled([3, 3, 27, 3], 256),
};
