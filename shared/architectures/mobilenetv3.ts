import { mobilenetv3Facts } from './facts/mobilenetv3.ts';
import { familyOf } from './family.ts';

/** Howard et al. 2019. */
export const mobilenetv3s = familyOf(mobilenetv3Facts, {
  family: 'mobilenetv3',
  classifier: 'classifier',
  sizes: { type: 'any', minSide: 1 },
  batchNorm: true,
});
