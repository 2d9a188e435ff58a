import type { ModelBuilder } from '../../../src-main/models/context.ts';
import { convNext } from '../../../src-main/models/families/convnext.ts';
import {
  efficientNet,
  efficientNetStyle,
  scaleStages,
} from '../../../src-main/models/families/efficientnet.ts';
import { liteStyle } from '../../../src-main/models/families/efficientnet-lite.ts';
import { mobileNetV3 } from '../../../src-main/models/families/mobilenetv3.ts';
import { resNet } from '../../../src-main/models/families/resnet.ts';
import { swin } from '../../../src-main/models/families/swin.ts';
import { swinV2 } from '../../../src-main/models/families/swinv2.ts';
import type { SwinConfig } from '../../../src-main/models/families/swin/network.ts';
import { type VitConfig, vit } from '../../../src-main/models/families/vit.ts';

const tinyVit: VitConfig = {
  patch: 8,
  channels: 24,
  depth: 2,
  heads: 3,
  classPosition: true,
  initialScale: null,
};
const tinyDeit3: VitConfig = { ...tinyVit, classPosition: false, initialScale: 1e-6 };

const tinySwin: SwinConfig = { channels: 12, depths: [2, 2, 1], heads: [2, 3, 4], window: 4 };

/** The networks of tests/fixtures/models/make_fixtures.py, by the fixture's name. */
export const parityCases: Record<string, ModelBuilder> = {
  convnext: convNext({ depths: [1, 2, 1, 1], dims: [8, 16, 24, 32], convMlp: false }),
  convnext_conv_mlp: convNext({ depths: [1, 1, 2, 1], dims: [8, 12, 16, 24], convMlp: true }),
  convnextv2: convNext({ depths: [1, 1, 2, 1], dims: [8, 12, 16, 24], convMlp: false, responseNorm: true }),
  convnextv2_conv_mlp: convNext({
    depths: [1, 2, 1, 1],
    dims: [8, 12, 16, 24],
    convMlp: true,
    responseNorm: true,
  }),
  resnet_basic: resNet({
    block: 'basic',
    layers: [2, 1, 1, 1],
    channels: [16, 16, 24, 24],
    stem: 'single',
    averageDown: false,
  }),
  resnet_bottleneck: resNet({
    block: 'bottleneck',
    layers: [2, 2, 1, 1],
    channels: [8, 8, 12, 12],
    stem: 'single',
    averageDown: false,
  }),
  resnet_bottleneck_d: resNet({
    block: 'bottleneck',
    layers: [2, 1, 1, 1],
    channels: [8, 8, 12, 12],
    stem: 8,
    averageDown: true,
  }),
  efficientnet_lite: efficientNet({
    stemChannels: 16,
    stages: scaleStages(
      1.4,
      1.5,
      [
        { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 8 },
        { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 12 },
        { repeats: 2, kernel: 3, stride: 1, expansion: 6, channels: 12 },
        { repeats: 1, kernel: 5, stride: 2, expansion: 6, channels: 16 },
      ],
      true,
    ),
    features: 32,
    style: liteStyle,
  }),
  efficientnet: efficientNet({
    stemChannels: 16,
    stages: [
      { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 8, squeeze: true },
      { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 16, squeeze: true },
      { repeats: 2, kernel: 3, stride: 2, expansion: 4, channels: 16, squeeze: true },
    ],
    features: 32,
    style: efficientNetStyle,
  }),
  mobilenetv3: mobileNetV3({
    stemChannels: 8,
    stages: [
      [{ kernel: 3, stride: 1, expansion: 1, channels: 8, activation: 'relu' }],
      [
        { kernel: 5, stride: 2, expansion: 3, channels: 16, squeeze: true, activation: 'relu' },
        { kernel: 5, stride: 1, expansion: 3, channels: 16, squeeze: true, activation: 'relu' },
      ],
      [
        { kernel: 3, stride: 2, expansion: 6, channels: 16 },
        { kernel: 3, stride: 1, expansion: 2.3, channels: 16, squeeze: true },
      ],
    ],
    last: 48,
    features: 32,
  }),
  vit: vit(tinyVit),
  vit_square: vit(tinyVit),
  vit_resampled: vit(tinyVit),
  deit3: vit(tinyDeit3),
  deit3_resampled: vit(tinyDeit3),
  swin: swin(tinySwin),
  swin_even: swin(tinySwin),
  swin_resampled: swin({ ...tinySwin, window: 5 }),
  swinv2: swinV2(tinySwin),
  swinv2_learnt_smaller: swinV2({ ...tinySwin, window: 5, learntWith: [3, 3, 2] }),
};
