// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, imageNet, tag } from './tag.ts';

export const convnextv2Facts = {
  convnextv2_atto: {
    parameters: 3_708_400,
    gmacs: 0.547,
    features: 320,
    tags: [
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  convnextv2_femto: {
    parameters: 5_233_240,
    gmacs: 0.78,
    features: 384,
    tags: [
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  convnextv2_pico: {
    parameters: 9_066_280,
    gmacs: 1.367,
    features: 512,
    tags: [
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  convnextv2_nano: {
    parameters: 15_623_800,
    gmacs: 2.446,
    features: 640,
    tags: [
      tag('fcmae_ft_in22k_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae_ft_in22k_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'CC-BY-NC-4.0', 'squash'),
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  convnextv2_tiny: {
    parameters: 28_635_496,
    gmacs: 4.456,
    features: 768,
    tags: [
      tag('fcmae_ft_in22k_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae_ft_in22k_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'CC-BY-NC-4.0', 'squash'),
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  convnextv2_base: {
    parameters: 88_717_800,
    gmacs: 15.355,
    features: 1024,
    tags: [
      tag('fcmae_ft_in22k_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae_ft_in22k_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'CC-BY-NC-4.0', 'squash'),
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
  convnextv2_large: {
    parameters: 197_956_840,
    gmacs: 34.361,
    features: 1536,
    tags: [
      tag('fcmae_ft_in22k_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae_ft_in22k_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'CC-BY-NC-4.0', 'squash'),
      tag('fcmae_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'CC-BY-NC-4.0'),
      tag('fcmae', imageNet, 224, 0.875, 'bicubic', 0, 'CC-BY-NC-4.0'),
    ],
  },
} satisfies ArchitectureFacts;
