import type { RecommenderWeights } from './weights.ts';

/**
 * Items by their bias: how much better or worse they are rated than their audience and their factors explain. It is not the mean
 * rating: a film seen only by people who like nearly everything has a lower bias than mean.
 * @param least ratings that an item must have had in training, so that no one's single rating leads the list
 */
export function itemsByBias({ bias, seen }: RecommenderWeights, least: number): number[] | null {
  if (bias === null) return null;
  return Array.from(bias.item.keys())
    .filter((item) => seen.item[item]! >= least)
    .sort((a, b) => bias.item[b]! - bias.item[a]! || a - b);
}
