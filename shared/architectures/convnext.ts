import { convnextFacts } from './facts/convnext.ts';
import { familyOf } from './family.ts';
import type { SizeRule } from './types.ts';

/** The strided convolutions are not padded: 4 × 2 × 2 × 2. */
export const convnextSizes: SizeRule = { type: 'any', minSide: 32 };

/** Liu et al. 2022. */
export const convnexts = familyOf(convnextFacts, {
  family: 'convnext',
  classifier: 'head.fc',
  sizes: convnextSizes,
  batchNorm: false,
});
