import type { ArchitectureInfo, PretrainedTag } from '../types.ts';

/** What the generated tables hold of each architecture, by timm's id. */
export type ArchitectureFacts = Readonly<
  Record<string, Pick<ArchitectureInfo, 'parameters' | 'gmacs' | 'features' | 'tags'>>
>;

type Normalisation = Pick<PretrainedTag, 'mean' | 'std'>;

export const imageNet: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** Pixels from -1 to 1, as Inception's. */
export const half: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
export const clip: Normalisation = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
/** Pixels from 0 to 1 as they are. */
export const plain: Normalisation = { mean: [0, 0, 0], std: [1, 1, 1] };

/** A row of a generated table. @param side of the square that the weights were last trained at */
export function tag(
  name: string,
  normalisation: Normalisation,
  side: number,
  cropPct: number,
  interpolation: PretrainedTag['interpolation'],
  classes: number,
  license: string | null,
  cropMode?: string,
): PretrainedTag {
  const size = { height: side, width: side };
  const row = { tag: name, ...normalisation, size, cropPct, interpolation, classes, license };
  return cropMode === undefined ? row : { ...row, cropMode };
}
