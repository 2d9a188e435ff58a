import type { RecommenderWeights } from './weights.ts';

/** An item and how alike it is, −1 to 1. */
export interface SimilarItem {
  item: number;
  cosine: number;
}

/** Items whose factors point the same way (cosine), most alike first. Items that training never saw are left out. */
export function similarItems(
  { factors, seen, items }: RecommenderWeights,
  item: number,
  count: number,
): SimilarItem[] {
  const width = factors.itemWidth;
  const row = (at: number): Float32Array => factors.item.subarray(at * width, (at + 1) * width);
  const own = row(item);
  const length = Math.hypot(...own);
  const found: SimilarItem[] = [];
  for (let other = 0; other < items.length; other++) {
    if (other === item || seen.item[other] === 0) continue;
    const theirs = row(other);
    let product = 0;
    for (let f = 0; f < width; f++) product += own[f]! * theirs[f]!;
    const cosine = product / (length * Math.hypot(...theirs));
    if (Number.isFinite(cosine)) found.push({ item: other, cosine });
  }
  return found.sort((a, b) => b.cosine - a.cosine || a.item - b.item).slice(0, count);
}
