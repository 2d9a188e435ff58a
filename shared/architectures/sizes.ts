import { GranaryError } from '../errors.ts';
import { type ImageSize, formatImageSize } from '../image-size.ts';
import type { ArchitectureInfo, SizeRule } from './types.ts';

/** Sizes go up to this, as everywhere. */
const MAX_SIDE = 4096;
/** How many sizes an error offers. */
const OFFERED = 3;

/** Whether a network of this rule can be built for a size. */
export function allowsSize(rule: SizeRule, { height, width }: ImageSize): boolean {
  if (rule.type === 'list') return rule.sizes.some((size) => size.height === height && size.width === width);
  if (Math.min(height, width) < rule.minSide) return false;
  return rule.type === 'any' || (height % rule.of === 0 && width % rule.of === 0);
}

/** The rule in words, without a full stop: `sides that are multiples of 16 pixels, from 16`. */
export function sizesInWords(rule: SizeRule): string {
  if (rule.type === 'any')
    return rule.minSide === 1 ? 'any' : `any of at least ${rule.minSide} pixels a side`;
  if (rule.type === 'list') return rule.sizes.map(formatImageSize).join(', ');
  const from = rule.minSide > rule.of ? `, from ${rule.minSide}` : '';
  return `sides that are multiples of ${rule.of} pixels${from}`;
}

/** How far two sizes are apart: by ratios, so that 200 lies nearer to 224 than to 160. */
function distance(a: ImageSize, b: ImageSize): number {
  return Math.abs(Math.log(a.height / b.height)) + Math.abs(Math.log(a.width / b.width));
}

/** Lengths of one side around `side` that the rule allows. */
function nearbySides(rule: Exclude<SizeRule, { type: 'list' }>, side: number): number[] {
  if (rule.type === 'any') return [Math.max(rule.minSide, side)];
  const least = Math.ceil(rule.minSide / rule.of) * rule.of;
  const most = Math.floor(MAX_SIDE / rule.of) * rule.of;
  const around = [Math.floor(side / rule.of) * rule.of, Math.ceil(side / rule.of) * rule.of];
  return [...new Set(around.map((length) => Math.min(most, Math.max(least, length))))];
}

/** Sizes that the rule allows, nearest to `wanted` first and squares for a square; at most three. */
export function nearbySizes(rule: SizeRule, wanted: ImageSize): ImageSize[] {
  const square = wanted.height === wanted.width;
  const candidates =
    rule.type === 'list'
      ? [...rule.sizes]
      : nearbySides(rule, wanted.height)
          .flatMap((height) => nearbySides(rule, wanted.width).map((width) => ({ height, width })))
          .filter(({ height, width }) => !square || height === width);
  return candidates.sort((a, b) => distance(a, wanted) - distance(b, wanted)).slice(0, OFFERED);
}

/**
 * Checks that an architecture can read pictures of a size.
 * @throws GranaryError ARCH_SIZE, naming the rule and the nearest sizes that are allowed
 */
export function checkSize(info: Pick<ArchitectureInfo, 'id' | 'sizes'>, size: ImageSize): void {
  const { id, sizes } = info;
  if (allowsSize(sizes, size)) return;
  const note = sizes.type === 'any' || sizes.note === undefined ? '' : ` ${sizes.note}`;
  throw new GranaryError(
    'ARCH_SIZE',
    `${id} cannot read pictures of ${formatImageSize(size)}. Its sizes: ${sizesInWords(sizes)}.${note}`,
    `Choose ${nearbySizes(sizes, size).map(formatImageSize).join(' or ')}.`,
  );
}
