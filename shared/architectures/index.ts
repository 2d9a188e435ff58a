import { GranaryError } from '../errors.ts';
import { convnexts } from './convnext.ts';
import { convnextv2s } from './convnextv2.ts';
import { efficientnets } from './efficientnet.ts';
import { efficientnetLites } from './efficientnet-lite.ts';
import { oldNames } from './facts/old-names.ts';
import { mobilenetv3s } from './mobilenetv3.ts';
import { nearestNames } from './nearest.ts';
import { resnets } from './resnet.ts';
import { swins } from './swin.ts';
import { swinv2s } from './swinv2.ts';
import type { ArchitectureInfo, PretrainedTag, ResolvedArchitecture } from './types.ts';
import { vits } from './vit.ts';

export { checkSize, nearbySizes, sizesInWords } from './sizes.ts';
export type {
  ArchitectureInfo,
  PretrainedSource,
  PretrainedTag,
  ResolvedArchitecture,
  SizeRule,
} from './types.ts';

/** Every architecture that Granary builds, smallest of a family first. A family is one file and one line here. */
export const architectures: readonly ArchitectureInfo[] = [
  ...efficientnetLites,
  ...resnets,
  ...convnexts,
  ...convnextv2s,
  ...efficientnets,
  ...mobilenetv3s,
  ...vits,
  ...swins,
  ...swinv2s,
];

const byId: ReadonlyMap<string, ArchitectureInfo> = new Map(architectures.map((info) => [info.id, info]));

/** What timm calls now what it called `name` before: `convnext_large.fb_in22k` for `convnext_large_in22k`; else the name itself. */
export function currentName(name: string): string {
  return Object.hasOwn(oldNames, name) ? oldNames[name]! : name;
}

/** The id in an architecture's name, whether there is such an architecture or not: what stands before the tag. */
export function architectureId(typed: string): string {
  return currentName(typed).split('.', 1)[0]!;
}

/**
 * What an architecture's name stands for: `id`, or `id.tag` for certain weights; timm's older names are understood.
 * @throws GranaryError ARCH_UNKNOWN, naming the ids or tags that come nearest
 */
export function resolveArchitecture(typed: string): ResolvedArchitecture {
  const name = currentName(typed);
  const dot = name.indexOf('.');
  const id = dot < 0 ? name : name.slice(0, dot);
  const info = byId.get(id);
  if (info === undefined) {
    const ids = [...byId.keys()];
    throw new GranaryError(
      'ARCH_UNKNOWN',
      `There is no architecture "${id}". Did you mean ${nearestNames(id, ids).join(' or ')}?`,
      'List them all with `granary models`.',
    );
  }
  if (dot < 0) return { info, tag: null };
  const wanted = name.slice(dot + 1);
  const tag = info.tags.find((candidate) => candidate.tag === wanted);
  if (tag !== undefined) return { info, tag };
  throw new GranaryError(
    'ARCH_UNKNOWN',
    `${id} has no weights with the tag "${wanted}".`,
    `Its tags are ${info.tags.map((known) => known.tag).join(', ')}.`,
  );
}

/**
 * The weights that a name asks for: of its tag, or of the architecture's default one.
 * @throws GranaryError ARCH_UNKNOWN, as {@link resolveArchitecture}
 */
export function weightsOf(name: string): { info: ArchitectureInfo; tag: PretrainedTag } {
  const { info, tag } = resolveArchitecture(name);
  return { info, tag: tag ?? info.tags[0]! };
}

/**
 * What is known of an architecture.
 * @param name timm's id, with or without a tag
 * @throws GranaryError ARCH_UNKNOWN, as {@link resolveArchitecture}
 */
export function architecture(name: string): ArchitectureInfo {
  return resolveArchitecture(name).info;
}
