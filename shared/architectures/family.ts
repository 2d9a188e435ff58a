import type { ArchitectureFacts } from './facts/tag.ts';
import type { ArchitectureInfo, PretrainedSource } from './types.ts';

/** What all architectures of a family have in common. */
export type FamilyTraits = Pick<ArchitectureInfo, 'family' | 'classifier' | 'sizes' | 'batchNorm'>;

/**
 * A family's architectures: what timm's tables say of each, the family's traits, and what one of them has apart from those.
 * @param facts the family's table of `facts/`, in the order that they are listed in
 * @param own by id
 */
export function familyOf<Facts extends ArchitectureFacts>(
  facts: Facts,
  traits: FamilyTraits,
  own: Partial<Record<keyof Facts, Partial<FamilyTraits> & { pretrained?: PretrainedSource }>> = {},
): ArchitectureInfo[] {
  return Object.entries(facts).map(([id, known]) => {
    const { mean, std, size, interpolation, license } = known.tags[0]!;
    return {
      id,
      ...traits,
      ...known,
      ...{ mean, std, interpolation, license, defaultSize: size, pretrained: null },
      ...own[id],
    };
  });
}
