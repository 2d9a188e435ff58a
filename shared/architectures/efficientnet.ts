import { efficientnetFacts } from './facts/efficientnet.ts';
import { familyOf } from './family.ts';

/** Tan and Le 2019, as timm trains them: padding as in PyTorch. */
export const efficientnets = familyOf(efficientnetFacts, {
  family: 'efficientnet',
  classifier: 'classifier',
  sizes: { type: 'any', minSide: 1 },
  batchNorm: true,
});
