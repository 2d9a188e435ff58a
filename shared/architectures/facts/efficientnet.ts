// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, half, imageNet, tag } from './tag.ts';

export const efficientnetFacts = {
  efficientnet_b0: {
    parameters: 5_288_548,
    gmacs: 0.386,
    features: 1280,
    tags: [
      tag('ra_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('ra4_e3600_r224_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  efficientnet_b1: {
    parameters: 7_794_184,
    gmacs: 0.687,
    features: 1280,
    tags: [
      tag('ra4_e3600_r240_in1k', half, 240, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  efficientnet_b2: {
    parameters: 9_109_994,
    gmacs: 0.86,
    features: 1408,
    tags: [tag('ra_in1k', imageNet, 256, 0.875, 'bicubic', 1000, 'Apache-2.0')],
  },
  efficientnet_b3: {
    parameters: 12_233_232,
    gmacs: 1.589,
    features: 1536,
    tags: [tag('ra2_in1k', imageNet, 288, 0.875, 'bicubic', 1000, 'Apache-2.0')],
  },
} satisfies ArchitectureFacts;
