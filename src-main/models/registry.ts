import { architecture, checkSize } from '../../shared/architectures/index.ts';
import type { Model, ModelBuilder } from './context.ts';
import { type ConvNextConfig, convNext } from './families/convnext.ts';
import { efficientNetLite, liteConfig } from './families/efficientnet-lite.ts';
import { type ResNetConfig, resNet } from './families/resnet.ts';

/** ConvNeXt from atto to nano were made in timm, which stores their linear layers as convolutions. */
function convNextOf(depths: ConvNextConfig['depths'], firstDim: number, convMlp: boolean): ModelBuilder {
  return convNext({ depths, dims: [1, 2, 4, 8].map((factor) => factor * firstDim), convMlp });
}

function resNetOf(
  block: ResNetConfig['block'],
  layers: ResNetConfig['layers'],
  rest: Partial<ResNetConfig> = {},
): ModelBuilder {
  return resNet({
    block,
    layers,
    channels: [64, 128, 256, 512],
    stem: 'single',
    averageDown: false,
    ...rest,
  });
}

/** One entry an architecture of shared/architectures, by timm's id. */
const builders: Readonly<Record<string, ModelBuilder>> = {
  tf_efficientnet_lite0: efficientNetLite(liteConfig(1, 1)),
  tf_efficientnet_lite1: efficientNetLite(liteConfig(1, 1.1)),
  tf_efficientnet_lite2: efficientNetLite(liteConfig(1.1, 1.2)),
  resnet18: resNetOf('basic', [2, 2, 2, 2]),
  resnet26d: resNetOf('bottleneck', [2, 2, 2, 2], { stem: 32, averageDown: true }),
  resnet34: resNetOf('basic', [3, 4, 6, 3]),
  resnet50: resNetOf('bottleneck', [3, 4, 6, 3]),
  convnext_atto: convNextOf([2, 2, 6, 2], 40, true),
  convnext_femto: convNextOf([2, 2, 6, 2], 48, true),
  convnext_pico: convNextOf([2, 2, 6, 2], 64, true),
  convnext_nano: convNextOf([2, 2, 8, 2], 80, true),
  convnext_tiny: convNextOf([3, 3, 9, 3], 96, false),
  convnext_small: convNextOf([3, 3, 27, 3], 96, false),
  convnext_base: convNextOf([3, 3, 27, 3], 128, false),
  convnext_large: convNextOf([3, 3, 27, 3], 192, false),
};

/**
 * Builds a network.
 * @param id timm's id
 * @param options number of outputs (with several targets their sum) and input size in pixels
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE
 */
export function createModel(id: string, options: { classes: number; height: number; width: number }): Model {
  const info = architecture(id);
  checkSize(info, options);
  return builders[info.id]!(options);
}
