import type { RankingFigures } from '../records/ratings-run.ts';

/** Ranking metrics, all of which are better when higher. */
export const rankingMetrics = [
  { id: 'precision', label: 'Precision', direction: 'higher' },
  { id: 'recall', label: 'Recall', direction: 'higher' },
  { id: 'ndcg', label: 'NDCG', direction: 'higher' },
  { id: 'map', label: 'MAP', direction: 'higher' },
  { id: 'coverage', label: 'Coverage', direction: 'higher' },
] as const;

/** One user's recommendations, best first, and what the user truly took. Items are indices. */
export interface RankedList {
  ranked: readonly number[];
  relevant: ReadonlySet<number>;
}

/** Share of the k places that hold a relevant item. */
export function precisionAt({ ranked, relevant }: RankedList, k: number): number {
  return hits(ranked, relevant, k) / k;
}

/** Share of the relevant items that stand in the first k places. */
export function recallAt({ ranked, relevant }: RankedList, k: number): number {
  return hits(ranked, relevant, k) / relevant.size;
}

/** Discounted gain, 1 / log₂(place + 1) for each relevant item, as a share of the best that is possible (Järvelin and Kekäläinen 2002). */
export function ndcgAt({ ranked, relevant }: RankedList, k: number): number {
  let [gain, best] = [0, 0];
  for (let place = 1; place <= k; place++) {
    const discount = 1 / Math.log2(place + 1);
    if (place <= ranked.length && relevant.has(ranked[place - 1]!)) gain += discount;
    if (place <= relevant.size) best += discount;
  }
  return gain / best;
}

/** Mean of the precision at each place that holds a relevant item, over as many as there could be. */
export function averagePrecisionAt({ ranked, relevant }: RankedList, k: number): number {
  let [found, sum] = [0, 0];
  for (let place = 1; place <= Math.min(k, ranked.length); place++) {
    if (!relevant.has(ranked[place - 1]!)) continue;
    found++;
    sum += found / place;
  }
  return sum / Math.min(k, relevant.size);
}

/**
 * All figures over users, each list cut at k. Users without relevant items count for nothing.
 * @param items how many items there are to be recommended
 */
export function rankingFigures(lists: Iterable<RankedList>, k: number, items: number): RankingFigures {
  const sums = { precision: 0, recall: 0, ndcg: 0, map: 0 };
  const shown = new Set<number>();
  let users = 0;
  for (const list of lists) {
    if (list.relevant.size === 0) continue;
    users++;
    sums.precision += precisionAt(list, k);
    sums.recall += recallAt(list, k);
    sums.ndcg += ndcgAt(list, k);
    sums.map += averagePrecisionAt(list, k);
    for (const item of list.ranked.slice(0, k)) shown.add(item);
  }
  const mean = (sum: number): number => (users === 0 ? 0 : sum / users);
  return {
    k,
    users,
    precision: mean(sums.precision),
    recall: mean(sums.recall),
    ndcg: mean(sums.ndcg),
    map: mean(sums.map),
    coverage: shown.size / items,
  };
}

function hits(ranked: readonly number[], relevant: ReadonlySet<number>, k: number): number {
  let count = 0;
  for (const item of ranked.slice(0, k)) if (relevant.has(item)) count++;
  return count;
}
