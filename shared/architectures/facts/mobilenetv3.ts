// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, half, imageNet, plain, tag } from './tag.ts';

export const mobilenetv3Facts = {
  mobilenetv3_large_100: {
    parameters: 5_483_032,
    gmacs: 0.217,
    features: 1280,
    tags: [
      tag('ra_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('ra4_e3600_r224_in1k', half, 224, 0.95, 'bicubic', 1000, 'Apache-2.0'),
      tag('miil_in21k_ft_in1k', plain, 224, 0.875, 'bilinear', 1000, 'Apache-2.0'),
      tag('miil_in21k', plain, 224, 0.875, 'bilinear', 11221, 'Apache-2.0'),
    ],
  },
} satisfies ArchitectureFacts;
