import { convnextSizes } from './convnext.ts';
import { convnextv2Facts } from './facts/convnextv2.ts';
import { familyOf } from './family.ts';

/** Woo et al. 2023. */
export const convnextv2s = familyOf(convnextv2Facts, {
  family: 'convnextv2',
  classifier: 'head.fc',
  sizes: convnextSizes,
  batchNorm: false,
});
