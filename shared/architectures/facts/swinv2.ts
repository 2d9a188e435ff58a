// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, imageNet, tag } from './tag.ts';

export const swinv2Facts = {
  swinv2_tiny_window8_256: {
    parameters: 28_347_154,
    gmacs: 5.94,
    features: 768,
    tags: [tag('ms_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_tiny_window16_256: {
    parameters: 28_347_154,
    gmacs: 6.661,
    features: 768,
    tags: [tag('ms_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_small_window8_256: {
    parameters: 49_728_418,
    gmacs: 11.546,
    features: 768,
    tags: [tag('ms_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_small_window16_256: {
    parameters: 49_728_418,
    gmacs: 12.783,
    features: 768,
    tags: [tag('ms_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_base_window8_256: {
    parameters: 87_918_816,
    gmacs: 20.325,
    features: 1024,
    tags: [tag('ms_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_base_window16_256: {
    parameters: 87_918_816,
    gmacs: 21.969,
    features: 1024,
    tags: [tag('ms_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_base_window12_192: {
    parameters: 87_918_816,
    gmacs: 11.856,
    features: 1024,
    tags: [tag('ms_in22k', imageNet, 192, 0.9, 'bicubic', 21841, 'MIT')],
  },
  swinv2_base_window12to16_192to256: {
    parameters: 87_918_816,
    gmacs: 21.969,
    features: 1024,
    tags: [tag('ms_in22k_ft_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_base_window12to24_192to384: {
    parameters: 87_918_816,
    gmacs: 55.148,
    features: 1024,
    tags: [tag('ms_in22k_ft_in1k', imageNet, 384, 1.0, 'bicubic', 1000, 'MIT')],
  },
  swinv2_large_window12_192: {
    parameters: 196_739_932,
    gmacs: 26.102,
    features: 1536,
    tags: [tag('ms_in22k', imageNet, 192, 0.9, 'bicubic', 21841, 'MIT')],
  },
  swinv2_large_window12to16_192to256: {
    parameters: 196_739_932,
    gmacs: 47.74,
    features: 1536,
    tags: [tag('ms_in22k_ft_in1k', imageNet, 256, 0.9, 'bicubic', 1000, 'MIT')],
  },
  swinv2_large_window12to24_192to384: {
    parameters: 196_739_932,
    gmacs: 115.991,
    features: 1536,
    tags: [tag('ms_in22k_ft_in1k', imageNet, 384, 1.0, 'bicubic', 1000, 'MIT')],
  },
} satisfies ArchitectureFacts;
