import { vitFacts } from './facts/vit.ts';
import { familyOf } from './family.ts';
import type { SizeRule } from './types.ts';

const patches = (of: number): SizeRule => ({
  type: 'multiple',
  of,
  minSide: of,
  note: 'It cuts pictures into squares of that side.',
});
const patch32 = { sizes: patches(32) };

/** Dosovitskiy et al. 2021; DeiT III: Touvron et al. 2022. */
export const vits = familyOf(
  vitFacts,
  { family: 'vit', classifier: 'head', sizes: patches(16), batchNorm: false },
  {
    vit_small_patch32_224: patch32,
    vit_small_patch32_384: patch32,
    vit_base_patch32_224: patch32,
    vit_base_patch32_384: patch32,
    deit3_small_patch16_224: { family: 'deit3' },
    deit3_base_patch16_224: { family: 'deit3' },
  },
);
