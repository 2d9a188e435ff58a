import { swinv2Facts } from './facts/swinv2.ts';
import { familyOf } from './family.ts';

/** Liu et al. 2022. Any grid is cut into windows, the last of them filled with zeros; a picture needs one patch. */
export const swinv2s = familyOf(swinv2Facts, {
  family: 'swinv2',
  classifier: 'head.fc',
  sizes: { type: 'any', minSide: 4 },
  batchNorm: false,
});
