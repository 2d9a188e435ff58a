import { resnetFacts } from './facts/resnet.ts';
import { familyOf } from './family.ts';

/** He et al. 2015, and the "d" variants of He et al. 2018. */
export const resnets = familyOf(resnetFacts, {
  family: 'resnet',
  classifier: 'fc',
  sizes: { type: 'any', minSide: 1 },
  batchNorm: true,
});
