import type { ModelBuilder } from '../../../src-main/models/context.ts';
import { convNext } from '../../../src-main/models/families/convnext.ts';
import { efficientNetLite, scaleStages } from '../../../src-main/models/families/efficientnet-lite.ts';
import { resNet } from '../../../src-main/models/families/resnet.ts';
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

/** The networks of tests/fixtures/models/make_fixtures.py, by the fixture's name. */
export const parityCases: Record<string, ModelBuilder> = {
  convnext: convNext({ depths: [1, 2, 1, 1], dims: [8, 16, 24, 32], convMlp: false }),
  convnext_conv_mlp: convNext({ depths: [1, 1, 2, 1], dims: [8, 12, 16, 24], convMlp: true }),
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
  efficientnet_lite: efficientNetLite({
    stemChannels: 16,
    stages: scaleStages(1.4, 1.5, [
      { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 8 },
      { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 12 },
      { repeats: 2, kernel: 3, stride: 1, expansion: 6, channels: 12 },
      { repeats: 1, kernel: 5, stride: 2, expansion: 6, channels: 16 },
    ]),
    features: 32,
  }),
  vit: vit(tinyVit),
  vit_square: vit(tinyVit),
  vit_resampled: vit(tinyVit),
  deit3: vit(tinyDeit3),
  deit3_resampled: vit(tinyDeit3),
};
