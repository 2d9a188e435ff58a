import { globalAveragePool, silu } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Model, ModelBuilder, ModelContext } from '../context.ts';
import {
  type MobileBlock,
  type MobileStyle,
  convolutionNormed,
  invertedResidual,
  roundChannels,
} from '../layers/inverted-residual.ts';
import { checkpointed } from '../layers/checkpointed.ts';
import { mobileHead, mobileStem } from '../layers/mobile-ends.ts';
import { Scope } from '../layers/scope.ts';

/** Blocks of one kind; the stride is that of the first. */
export interface EfficientNetStage extends MobileBlock {
  repeats: number;
}

export interface EfficientNetConfig {
  stemChannels: number;
  /** Already scaled: see {@link scaleStages}. */
  stages: readonly EfficientNetStage[];
  /** Channels of the last convolution. */
  features: number;
  style: MobileStyle;
}

/** B0's stages. */
export const baseStages: readonly EfficientNetStage[] = [
  { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 16 },
  { repeats: 2, kernel: 3, stride: 2, expansion: 6, channels: 24 },
  { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 40 },
  { repeats: 3, kernel: 3, stride: 2, expansion: 6, channels: 80 },
  { repeats: 3, kernel: 5, stride: 1, expansion: 6, channels: 112 },
  { repeats: 4, kernel: 5, stride: 2, expansion: 6, channels: 192 },
  { repeats: 1, kernel: 3, stride: 1, expansion: 6, channels: 320 },
];

/** EfficientNet's compound scaling. `keepEnds`: the first and the last stage keep their depth, as in the Lite variants. */
export function scaleStages(
  width: number,
  depth: number,
  stages: readonly EfficientNetStage[],
  keepEnds = false,
): EfficientNetStage[] {
  return stages.map((stage, index) => ({
    ...stage,
    channels: roundChannels(stage.channels * width),
    repeats:
      keepEnds && (index === 0 || index === stages.length - 1)
        ? stage.repeats
        : Math.ceil(stage.repeats * depth),
  }));
}

/**
 * EfficientNet (Tan and Le 2019) with timm 1.0.31's names. Depth groups: the stem, each block, the last convolution. Stochastic
 * depth rises with the block's index, which never reaches the highest rate, as in timm.
 */
export function efficientNet({ stemChannels, stages, features, style }: EfficientNetConfig): ModelBuilder {
  const total = stages.reduce((sum, { repeats }) => sum + repeats, 0);
  return ({ classes, dropPath = 0, dropout }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      const at = (group: number, name: string): Scope => new Scope(context, group, name);
      let x = mobileStem(pixels, context, stemChannels, style);
      let group = 0;
      stages.forEach(({ repeats, ...block }, index) => {
        for (let repeat = 0; repeat < repeats; repeat += 1) {
          const rate = (dropPath * group) / total;
          group += 1;
          const stride = repeat === 0 ? block.stride : 1;
          x = checkpointed(x, at(group, `blocks.${index}.${repeat}`), (x, scope) =>
            invertedResidual(x, scope, { ...block, stride }, style, rate),
          );
        }
      });
      group += 1;
      const last = { convolution: at(group, 'conv_head'), norm: at(group, 'bn2') };
      return globalAveragePool(convolutionNormed(x, last, { out: features, kernel: 1, stride: 1 }, style));
    },
    head: (x, context) => mobileHead(x, context, { classes, rate: dropout }),
  });
}

/** SiLU, squeeze-and-excitation to a quarter of a block's input, and padding as in PyTorch: timm's own, not the `tf_` ones. */
export const efficientNetStyle: MobileStyle = {
  padding: 'symmetric',
  epsilon: 1e-5,
  activation: silu,
  squeeze: { narrow: (input) => Math.round(input / 4), activation: silu, gate: (x) => tf.sigmoid(x) },
};

const scaled = (width: number, depth: number): ModelBuilder =>
  efficientNet({
    stemChannels: roundChannels(32 * width),
    stages: scaleStages(width, depth, baseStages).map((stage) => ({ ...stage, squeeze: true })),
    features: roundChannels(1280 * width),
    style: efficientNetStyle,
  });

/** By timm's id. */
export const efficientnetBuilders: Readonly<Record<string, ModelBuilder>> = {
  efficientnet_b0: scaled(1, 1),
  efficientnet_b1: scaled(1, 1.1),
  efficientnet_b2: scaled(1.1, 1.2),
  efficientnet_b3: scaled(1.2, 1.4),
};
