// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, clip, imageNet, tag } from './tag.ts';

export const convnextFacts = {
  convnext_atto: {
    parameters: 3_695_520,
    gmacs: 0.547,
    tags: [tag('d2_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0')],
  },
  convnext_femto: {
    parameters: 5_217_784,
    gmacs: 0.78,
    tags: [tag('d1_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0')],
  },
  convnext_pico: {
    parameters: 9_045_672,
    gmacs: 1.367,
    tags: [tag('d1_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0')],
  },
  convnext_nano: {
    parameters: 15_593_560,
    gmacs: 2.446,
    tags: [
      tag('in12k_ft_in1k', imageNet, 224, 0.95, 'bicubic', 1000, 'Apache-2.0'),
      tag('d1h_in1k', imageNet, 224, 0.95, 'bicubic', 1000, 'Apache-2.0'),
      tag('r384_in12k_ft_in1k', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('in12k', imageNet, 224, 0.95, 'bicubic', 11821, 'Apache-2.0'),
      tag('r384_in12k', imageNet, 384, 1.0, 'bicubic', 11821, 'Apache-2.0'),
      tag('r384_ad_in12k', imageNet, 384, 1.0, 'bicubic', 11821, 'Apache-2.0'),
    ],
  },
  convnext_tiny: {
    parameters: 28_589_128,
    gmacs: 4.456,
    tags: [
      tag('in12k_ft_in1k', imageNet, 224, 0.95, 'bicubic', 1000, 'Apache-2.0'),
      tag('in12k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('in12k', imageNet, 224, 0.95, 'bicubic', 11821, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('fb_in22k', imageNet, 224, 0.875, 'bicubic', 21841, 'Apache-2.0'),
      tag('dinov3_lvd1689m', imageNet, 224, 1.0, 'bicubic', 0, 'dinov3-license'),
      tag('eupe_lvd1689m', imageNet, 256, 1.0, 'bicubic', 0, 'fair-noncommercial-research-license'),
    ],
  },
  convnext_small: {
    parameters: 50_223_688,
    gmacs: 8.684,
    tags: [
      tag('in12k_ft_in1k', imageNet, 224, 0.95, 'bicubic', 1000, 'Apache-2.0'),
      tag('in12k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('in12k', imageNet, 224, 0.95, 'bicubic', 11821, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('fb_in22k', imageNet, 224, 0.875, 'bicubic', 21841, 'Apache-2.0'),
      tag('dinov3_lvd1689m', imageNet, 224, 1.0, 'bicubic', 0, 'dinov3-license'),
      tag('eupe_lvd1689m', imageNet, 256, 1.0, 'bicubic', 0, 'fair-noncommercial-research-license'),
    ],
  },
  convnext_base: {
    parameters: 88_591_464,
    gmacs: 15.355,
    tags: [
      tag('fb_in22k_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('fb_in22k', imageNet, 224, 0.875, 'bicubic', 21841, 'Apache-2.0'),
      tag('clip_laion2b_augreg_ft_in12k_in1k', clip, 256, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('clip_laion2b_augreg_ft_in12k_in1k_384', clip, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('clip_laion2b_augreg_ft_in1k', clip, 256, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('clip_laiona_augreg_ft_in1k_384', clip, 384, 1.0, 'bicubic', 1000, 'Apache-2.0'),
      tag('clip_laion2b_augreg_ft_in12k', clip, 256, 1.0, 'bicubic', 11821, 'Apache-2.0'),
      tag('clip_laion2b', clip, 256, 1.0, 'bicubic', 640, 'Apache-2.0'),
      tag('clip_laion2b_augreg', clip, 256, 1.0, 'bicubic', 640, 'Apache-2.0'),
      tag('clip_laiona', clip, 256, 1.0, 'bicubic', 640, 'Apache-2.0'),
      tag('clip_laiona_320', clip, 320, 1.0, 'bicubic', 640, 'Apache-2.0'),
      tag('clip_laiona_augreg_320', clip, 320, 1.0, 'bicubic', 640, 'Apache-2.0'),
      tag('dinov3_lvd1689m', imageNet, 224, 1.0, 'bicubic', 0, 'dinov3-license'),
      tag('eupe_lvd1689m', imageNet, 256, 1.0, 'bicubic', 0, 'fair-noncommercial-research-license'),
    ],
  },
  convnext_large: {
    parameters: 197_767_336,
    gmacs: 34.361,
    tags: [
      tag('fb_in22k_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('fb_in22k', imageNet, 224, 0.875, 'bicubic', 21841, 'Apache-2.0'),
      tag('dinov3_lvd1689m', imageNet, 224, 1.0, 'bicubic', 0, 'dinov3-license'),
    ],
  },
  convnext_xlarge: {
    parameters: 350_196_968,
    gmacs: 60.921,
    tags: [
      tag('fb_in22k_ft_in1k', imageNet, 224, 0.875, 'bicubic', 1000, 'Apache-2.0'),
      tag('fb_in22k_ft_in1k_384', imageNet, 384, 1.0, 'bicubic', 1000, 'Apache-2.0', 'squash'),
      tag('fb_in22k', imageNet, 224, 0.875, 'bicubic', 21841, 'Apache-2.0'),
    ],
  },
} satisfies ArchitectureFacts;
