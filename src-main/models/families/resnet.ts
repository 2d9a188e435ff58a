import { avgPool, globalAveragePool, maxPool, relu } from '../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer, Model, ModelBuilder, ModelContext } from '../context.ts';
import { checkpointed } from '../layers/checkpointed.ts';
import { classifier } from '../layers/classifier.ts';
import { convolution, pointwiseConvolution } from '../layers/convolution.ts';
import { dropPath, dropPathRates } from '../layers/drop-path.ts';
import { batchNormalisation } from '../layers/norm.ts';
import { Scope } from '../layers/scope.ts';

export interface ResNetConfig {
  block: 'basic' | 'bottleneck';
  /** Blocks in each stage. */
  layers: readonly number[];
  /** Inner channels of each stage; a bottleneck's output has four times as many. */
  channels: readonly number[];
  /** `single`: one 7×7 convolution to 64 channels; a number: three 3×3 ones, the first two that wide (the "d" variants). */
  stem: 'single' | number;
  /** Shortcuts halve the picture by a mean and not by skipping pixels (the "d" variants). */
  averageDown: boolean;
}

const EPSILON = 1e-5;

/** Kaiming's normal distribution by fan-out, as timm's ResNets start. */
function kaiming(kernel: number, out: number): Initializer {
  return { type: 'normal', std: Math.sqrt(2 / (kernel * kernel * out)) };
}

function normed(x: Tensor4D, scope: Scope, initialScale = 1): Tensor4D {
  return batchNormalisation(x, scope, { epsilon: EPSILON, initialScale });
}

function conv3x3(x: Tensor4D, scope: Scope, out: number, stride = 1): Tensor4D {
  return convolution(x, scope, { out, kernel: 3, stride, padding: 1, initializer: kaiming(3, out) });
}

/** A matrix product over all pixels; with a stride, a convolution that skips some. */
function conv1x1(x: Tensor4D, scope: Scope, out: number, stride = 1): Tensor4D {
  const initializer = kaiming(1, out);
  if (stride === 1) return pointwiseConvolution(x, scope, { out, initializer });
  return convolution(x, scope, { out, kernel: 1, stride, initializer });
}

function stem(pixels: Tensor4D, context: ModelContext, config: ResNetConfig): Tensor4D {
  const conv1 = new Scope(context, 0, 'conv1');
  let x: Tensor4D;
  if (config.stem === 'single') {
    x = convolution(pixels, conv1, {
      out: 64,
      kernel: 7,
      stride: 2,
      padding: 3,
      initializer: kaiming(7, 64),
    });
  } else {
    x = relu(normed(conv3x3(pixels, conv1.in(0), config.stem, 2), conv1.in(1)));
    x = relu(normed(conv3x3(x, conv1.in(3), config.stem), conv1.in(4)));
    x = conv3x3(x, conv1.in(6), config.stem * 2);
  }
  return maxPool(relu(normed(x, new Scope(context, 0, 'bn1'))), 3, 2, 1);
}

function shortcut(x: Tensor4D, scope: Scope, out: number, stride: number, averageDown: boolean): Tensor4D {
  if (stride === 1 && x.shape[3] === out) return x;
  const down = scope.in('downsample');
  if (!averageDown) return normed(conv1x1(x, down.in(0), out, stride), down.in(1));
  const halved = stride === 1 ? x : avgPool(x, 2, 2, 'same');
  return normed(conv1x1(halved, down.in(1), out), down.in(2));
}

/** @param rate of stochastic depth */
function block(
  x: Tensor4D,
  scope: Scope,
  { channels, stride, rate }: { channels: number; stride: number; rate: number },
  config: ResNetConfig,
): Tensor4D {
  const out = config.block === 'basic' ? channels : 4 * channels;
  // The last scale of a branch starts at 0 (timm's zero_init_last), so that a block starts as its shortcut.
  let y: Tensor4D;
  if (config.block === 'basic') {
    y = relu(normed(conv3x3(x, scope.in('conv1'), channels, stride), scope.in('bn1')));
    y = normed(conv3x3(y, scope.in('conv2'), out), scope.in('bn2'), 0);
  } else {
    y = relu(normed(conv1x1(x, scope.in('conv1'), channels), scope.in('bn1')));
    y = relu(normed(conv3x3(y, scope.in('conv2'), channels, stride), scope.in('bn2')));
    y = normed(conv1x1(y, scope.in('conv3'), out), scope.in('bn3'), 0);
  }
  y = dropPath(y, scope.context, { name: `${scope.name}.drop_path`, rate });
  return relu(tf.add(y, shortcut(x, scope, out, stride, config.averageDown)));
}

/**
 * ResNet (He et al. 2015) and its "d" variants (He et al. 2018, "Bag of Tricks") with timm 1.0.31's names. Depth groups: the
 * stem, then each block.
 */
export function resNet(config: ResNetConfig): ModelBuilder {
  const total = config.layers.reduce((sum, count) => sum + count, 0);
  return ({ classes, dropPath: highest = 0, dropout }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      let x = stem(pixels, context, config);
      const rates = dropPathRates(highest, total);
      let group = 0;
      config.layers.forEach((count, stage) => {
        for (let index = 0; index < count; index += 1) {
          group += 1;
          const scope = new Scope(context, group, `layer${stage + 1}.${index}`);
          const stride = stage > 0 && index === 0 ? 2 : 1;
          const place = { channels: config.channels[stage]!, stride, rate: rates[group - 1]! };
          x = checkpointed(x, scope, (x, scope) => block(x, scope, place, config));
        }
      });
      return globalAveragePool(x);
    },
    head(features: Tensor2D, context: ModelContext): Tensor2D {
      // PyTorch's own start of a linear layer.
      const start: Initializer = { type: 'uniform', bound: 1 / Math.sqrt(features.shape[1]) };
      const starts = { initializer: start, biasInitializer: start };
      return classifier(features, context, { name: 'fc', classes, rate: dropout, ...starts });
    },
  });
}

const plain = { channels: [64, 128, 256, 512], stem: 'single', averageDown: false } as const;
const d = { ...plain, stem: 32, averageDown: true } as const;

/** By timm's id. */
export const resnetBuilders: Readonly<Record<string, ModelBuilder>> = {
  resnet18: resNet({ ...plain, block: 'basic', layers: [2, 2, 2, 2] }),
  resnet26d: resNet({ ...d, block: 'bottleneck', layers: [2, 2, 2, 2] }),
  resnet34: resNet({ ...plain, block: 'basic', layers: [3, 4, 6, 3] }),
  resnet50: resNet({ ...plain, block: 'bottleneck', layers: [3, 4, 6, 3] }),
  resnet50d: resNet({ ...d, block: 'bottleneck', layers: [3, 4, 6, 3] }),
  resnet101: resNet({ ...plain, block: 'bottleneck', layers: [3, 4, 23, 3] }),
};
