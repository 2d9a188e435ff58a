// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, imageNet, tag } from './tag.ts';

export const swinFacts = {
  swin_tiny_patch4_window7_224: {
    parameters: 28_288_354,
    gmacs: 4.491,
    features: 768,
    tags: [
      tag('ms_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k_ft_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k', imageNet, 224, 0.9, 'bicubic', 21841, 'MIT'),
    ],
  },
  swin_small_patch4_window7_224: {
    parameters: 49_606_258,
    gmacs: 8.741,
    features: 768,
    tags: [
      tag('ms_in22k_ft_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k', imageNet, 224, 0.9, 'bicubic', 21841, 'MIT'),
    ],
  },
  swin_base_patch4_window7_224: {
    parameters: 87_768_224,
    gmacs: 15.431,
    features: 1024,
    tags: [
      tag('ms_in22k_ft_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k', imageNet, 224, 0.9, 'bicubic', 21841, 'MIT'),
    ],
  },
  swin_large_patch4_window7_224: {
    parameters: 196_532_476,
    gmacs: 34.476,
    features: 1536,
    tags: [
      tag('ms_in22k_ft_in1k', imageNet, 224, 0.9, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k', imageNet, 224, 0.9, 'bicubic', 21841, 'MIT'),
    ],
  },
  swin_base_patch4_window12_384: {
    parameters: 87_903_584,
    gmacs: 47.083,
    features: 1024,
    tags: [
      tag('ms_in22k_ft_in1k', imageNet, 384, 1.0, 'bicubic', 1000, 'MIT'),
      tag('ms_in1k', imageNet, 384, 1.0, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k', imageNet, 384, 1.0, 'bicubic', 21841, 'MIT'),
    ],
  },
  swin_large_patch4_window12_384: {
    parameters: 196_735_516,
    gmacs: 103.919,
    features: 1536,
    tags: [
      tag('ms_in22k_ft_in1k', imageNet, 384, 1.0, 'bicubic', 1000, 'MIT'),
      tag('ms_in22k', imageNet, 384, 1.0, 'bicubic', 21841, 'MIT'),
    ],
  },
} satisfies ArchitectureFacts;
