import { swinFacts } from './facts/swin.ts';
import { familyOf } from './family.ts';

/** Liu et al. 2021. Any grid is cut into windows, the last of them filled with zeros; a picture needs one patch. */
export const swins = familyOf(swinFacts, {
  family: 'swin',
  classifier: 'head.fc',
  sizes: { type: 'any', minSide: 4 },
  batchNorm: false,
});
