// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, clip, half, imageNet, tag } from './tag.ts';

export const vitFacts = {
  vit_tiny_patch16_224: {
    parameters: 5_717_416,
    gmacs: 1.254,
    features: 192,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in21k', half, 224, 0.9, 'bicubic', 21843, 'Apache-2.0'),
    ],
  },
  vit_tiny_patch16_384: {
    parameters: 5_790_376,
    gmacs: 4.682,
    features: 192,
    tags: [tag('augreg_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0')],
  },
  vit_small_patch16_224: {
    parameters: 22_050_664,
    gmacs: 4.599,
    features: 384,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in21k', half, 224, 0.9, 'bicubic', 21843, 'Apache-2.0'),
      tag('dino', imageNet, 224, 0.9, 'bicubic', 0, 'Apache-2.0'),
    ],
  },
  vit_small_patch16_384: {
    parameters: 22_196_584,
    gmacs: 15.49,
    features: 384,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  vit_base_patch16_224: {
    parameters: 86_567_656,
    gmacs: 17.564,
    features: 768,
    tags: [
      tag('augreg2_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('orig_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('orig_in21k', half, 224, 0.9, 'bicubic', 0, 'Apache-2.0'),
      tag('augreg_in21k', half, 224, 0.9, 'bicubic', 21843, 'Apache-2.0'),
      tag('sam_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('bamboo', clip, 224, 1.0, 'bicubic', 115217, null),
      tag('dino', imageNet, 224, 0.9, 'bicubic', 0, 'Apache-2.0'),
      tag('mae', imageNet, 224, 0.9, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  vit_base_patch16_384: {
    parameters: 86_859_496,
    gmacs: 55.484,
    features: 768,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('orig_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  vit_large_patch16_224: {
    parameters: 304_326_632,
    gmacs: 61.555,
    features: 1024,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('orig_in21k', half, 224, 0.9, 'bicubic', 0, 'Apache-2.0'),
      tag('augreg_in21k', half, 224, 0.9, 'bicubic', 21843, 'Apache-2.0'),
      tag('mae', imageNet, 224, 0.9, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  vit_large_patch16_384: {
    parameters: 304_715_752,
    gmacs: 191.066,
    features: 1024,
    tags: [tag('augreg_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0')],
  },
  vit_small_patch32_224: {
    parameters: 22_878_952,
    gmacs: 1.143,
    features: 384,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in21k', half, 224, 0.9, 'bicubic', 21843, 'Apache-2.0'),
    ],
  },
  vit_small_patch32_384: {
    parameters: 22_915_432,
    gmacs: 3.443,
    features: 384,
    tags: [tag('augreg_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0')],
  },
  vit_base_patch32_224: {
    parameters: 88_224_232,
    gmacs: 4.409,
    features: 768,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('orig_in21k', half, 224, 0.9, 'bicubic', 0, 'Apache-2.0'),
      tag('augreg_in21k', half, 224, 0.9, 'bicubic', 21843, 'Apache-2.0'),
      tag('sam_in1k', half, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  vit_base_patch32_384: {
    parameters: 88_297_192,
    gmacs: 13.044,
    features: 768,
    tags: [
      tag('augreg_in21k_ft_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('augreg_in1k', half, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  deit3_small_patch16_224: {
    parameters: 22_059_496,
    gmacs: 4.599,
    features: 384,
    tags: [
      tag('fb_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k', imageNet, 224, 1.0, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
  deit3_base_patch16_224: {
    parameters: 86_585_320,
    gmacs: 17.564,
    features: 768,
    tags: [
      tag('fb_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k', imageNet, 224, 1.0, 'bicubic', 1000, 'Apache-2.0'),
    ],
  },
} satisfies ArchitectureFacts;
