import { globalAveragePool, relu6 } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer, Model, ModelBuilder, ModelContext } from '../context.ts';
import { convolution, depthwiseConvolution, pointwiseConvolution } from '../layers/convolution.ts';
import { linearOver } from '../layers/linear.ts';
import { batchNormalisation } from '../layers/norm.ts';
import { Scope } from '../layers/scope.ts';

/** Blocks of one kind. */
export interface LiteStage {
  repeats: number;
  kernel: number;
  /** Of the first block. */
  stride: number;
  /** How much wider the middle of a block is; 1: there is no widening layer. */
  expansion: number;
  channels: number;
}

export interface EfficientNetLiteConfig {
  stemChannels: number;
  /** Already scaled: see {@link scaleStages}. */
  stages: readonly LiteStage[];
  features: number;
}

const baseStages: readonly LiteStage[] = [
  { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 16 },
  { repeats: 2, kernel: 3, stride: 2, expansion: 6, channels: 24 },
  { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 40 },
  { repeats: 3, kernel: 3, stride: 2, expansion: 6, channels: 80 },
  { repeats: 3, kernel: 5, stride: 1, expansion: 6, channels: 112 },
  { repeats: 4, kernel: 5, stride: 2, expansion: 6, channels: 192 },
  { repeats: 1, kernel: 3, stride: 1, expansion: 6, channels: 320 },
];

/** The nearest multiple of 8 that does not take away more than a tenth. */
function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/** EfficientNet's compound scaling. The Lite variants keep the stem, the head, and the first and last stage's depth. */
export function scaleStages(width: number, depth: number, stages = baseStages): LiteStage[] {
  return stages.map((stage, index) => ({
    ...stage,
    channels: roundChannels(stage.channels * width),
    repeats: index === 0 || index === stages.length - 1 ? stage.repeats : Math.ceil(stage.repeats * depth),
  }));
}

/** Lite0, 1, 2: width and depth multipliers of the paper's B0, B1 and B2. */
export function liteConfig(width: number, depth: number): EfficientNetLiteConfig {
  return { stemChannels: 32, stages: scaleStages(width, depth), features: 1280 };
}

/** TensorFlow's default: these weights were trained there. */
const EPSILON = 1e-3;

/** TensorFlow's start: normal by fan-out, which a depthwise convolution has of one channel. */
const start = (fanOut: number): Initializer => ({ type: 'normal', std: Math.sqrt(2 / fanOut) });

function normed(x: Tensor4D, scope: Scope): Tensor4D {
  return batchNormalisation(x, scope, { epsilon: EPSILON });
}

function pointwise(x: Tensor4D, scope: Scope, out: number): Tensor4D {
  return pointwiseConvolution(x, scope, { out, initializer: start(out) });
}

function block(x: Tensor4D, scope: Scope, stage: LiteStage, stride: number): Tensor4D {
  const { kernel, expansion, channels } = stage;
  const initializer = start(kernel * kernel);
  const depthwise = (input: Tensor4D): Tensor4D =>
    depthwiseConvolution(input, scope.in('conv_dw'), { kernel, stride, padding: 'same', initializer });
  let y: Tensor4D;
  if (expansion === 1) {
    y = relu6(normed(depthwise(x), scope.in('bn1')));
    y = normed(pointwise(y, scope.in('conv_pw'), channels), scope.in('bn2'));
  } else {
    const wide = roundChannels(x.shape[3] * expansion);
    y = relu6(normed(pointwise(x, scope.in('conv_pw'), wide), scope.in('bn1')));
    y = relu6(normed(depthwise(y), scope.in('bn2')));
    y = normed(pointwise(y, scope.in('conv_pwl'), channels), scope.in('bn3'));
  }
  return stride === 1 && x.shape[3] === channels ? tf.add(y, x) : y;
}

/**
 * EfficientNet-Lite (Tan and Le 2019, without squeeze-and-excitation and with ReLU6) with timm 1.0.31's names: the `tf_`
 * models, with TensorFlow's SAME padding. Depth groups: the stem, each block, the last convolution.
 */
export function efficientNetLite(config: EfficientNetLiteConfig): ModelBuilder {
  return ({ classes }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      let x = convolution(pixels, new Scope(context, 0, 'conv_stem'), {
        out: config.stemChannels,
        kernel: 3,
        stride: 2,
        padding: 'same',
        initializer: start(9 * config.stemChannels),
      });
      x = relu6(normed(x, new Scope(context, 0, 'bn1')));
      let group = 0;
      config.stages.forEach((stage, index) => {
        for (let repeat = 0; repeat < stage.repeats; repeat += 1) {
          group += 1;
          const scope = new Scope(context, group, `blocks.${index}.${repeat}`);
          x = block(x, scope, stage, repeat === 0 ? stage.stride : 1);
        }
      });
      group += 1;
      x = pointwise(x, new Scope(context, group, 'conv_head'), config.features);
      return globalAveragePool(relu6(normed(x, new Scope(context, group, 'bn2'))));
    },
    head: (features, context) =>
      linearOver(features, new Scope(context, 'head', 'classifier'), {
        out: classes,
        initializer: { type: 'uniform', bound: 1 / Math.sqrt(classes) },
      }),
  });
}

/** By timm's id: width and depth multipliers of the paper's B0 to B4. */
export const efficientnetLiteBuilders: Readonly<Record<string, ModelBuilder>> = {
  tf_efficientnet_lite0: efficientNetLite(liteConfig(1, 1)),
  tf_efficientnet_lite1: efficientNetLite(liteConfig(1, 1.1)),
  tf_efficientnet_lite2: efficientNetLite(liteConfig(1.1, 1.2)),
  tf_efficientnet_lite3: efficientNetLite(liteConfig(1.2, 1.4)),
  tf_efficientnet_lite4: efficientNetLite(liteConfig(1.4, 1.8)),
};
