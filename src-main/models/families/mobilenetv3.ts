import { globalAveragePool, hardSwish, relu, relu6 } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Model, ModelBuilder, ModelContext } from '../context.ts';
import {
  type MobileBlock,
  type MobileStyle,
  convolutionNormed,
  fanOut,
  invertedResidual,
  roundChannels,
} from '../layers/inverted-residual.ts';
import { checkpointed } from '../layers/checkpointed.ts';
import { linearOver } from '../layers/linear.ts';
import { mobileHead, mobileStem } from '../layers/mobile-ends.ts';
import { Scope } from '../layers/scope.ts';

export interface MobileNetV3Config {
  stemChannels: number;
  stages: readonly (readonly MobileBlock[])[];
  /** Channels of the last convolution before the pooling. */
  last: number;
  /** Of the layer between pooling and classifier. */
  features: number;
}

const style: MobileStyle = {
  padding: 'symmetric',
  epsilon: 1e-5,
  activation: hardSwish,
  squeeze: {
    narrow: (_, wide) => roundChannels(wide / 4),
    activation: relu,
    gate: (x) => tf.mul(relu6(tf.add(x, 3)), 1 / 6) as Tensor2D,
  },
};

/**
 * MobileNetV3 (Howard et al. 2019) with timm 1.0.31's names: a layer with hard-swish stands between pooling and classifier, and
 * belongs to the body. Depth groups: the stem, each block, the last convolution, that layer.
 */
export function mobileNetV3({ stemChannels, stages, last, features }: MobileNetV3Config): ModelBuilder {
  // timm counts the last convolution as a block when it spreads the rates of stochastic depth.
  const total = stages.reduce((sum, { length }) => sum + length, 1);
  return ({ classes, dropPath = 0, dropout }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      const at = (group: number, name: string): Scope => new Scope(context, group, name);
      let x = mobileStem(pixels, context, stemChannels, style);
      let group = 0;
      stages.forEach((blocks, stage) => {
        blocks.forEach((block, index) => {
          const rate = (dropPath * group) / total;
          group += 1;
          x = checkpointed(x, at(group, `blocks.${stage}.${index}`), (x, scope) =>
            invertedResidual(x, scope, block, style, rate),
          );
        });
      });
      group += 1;
      const end = at(group, `blocks.${stages.length}.0`);
      const scopes = { convolution: end.in('conv'), norm: end.in('bn1') };
      x = convolutionNormed(x, scopes, { out: last, kernel: 1, stride: 1 }, style);
      const pooled = globalAveragePool(x);
      return hardSwish(
        linearOver(pooled, at(group + 1, 'conv_head'), {
          out: features,
          layout: 'conv1x1',
          initializer: fanOut(features),
        }),
      );
    },
    head: (features, context) => mobileHead(features, context, { classes, rate: dropout }),
  });
}

/** A stage of like blocks, the first of which has the stride. */
function stage(
  channels: number,
  kernel: number,
  stride: number,
  expansions: readonly number[],
  rest: Pick<MobileBlock, 'squeeze' | 'activation'> = {},
): MobileBlock[] {
  return expansions.map((expansion, index) => ({
    ...{ channels, kernel, expansion, stride: index === 0 ? stride : 1 },
    ...rest,
  }));
}

/** By timm's id. */
export const mobilenetv3Builders: Readonly<Record<string, ModelBuilder>> = {
  mobilenetv3_large_100: mobileNetV3({
    stemChannels: 16,
    stages: [
      stage(16, 3, 1, [1], { activation: 'relu' }),
      stage(24, 3, 2, [4, 3], { activation: 'relu' }),
      stage(40, 5, 2, [3, 3, 3], { activation: 'relu', squeeze: true }),
      stage(80, 3, 2, [6, 2.5, 2.3, 2.3]),
      stage(112, 3, 1, [6, 6], { squeeze: true }),
      stage(160, 5, 2, [6, 6, 6], { squeeze: true }),
    ],
    last: 960,
    features: 1280,
  }),
};
