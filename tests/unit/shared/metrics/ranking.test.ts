import { expect, test } from 'vitest';
import {
  averagePrecisionAt,
  ndcgAt,
  precisionAt,
  rankingFigures,
  rankingMetrics,
  recallAt,
} from '../../../../shared/metrics/ranking.ts';

const list = { ranked: [4, 1, 7, 2, 9], relevant: new Set([1, 2, 30]) };

test('precision, recall, NDCG and average precision, worked out by hand', () => {
  expect(precisionAt(list, 4)).toBe(2 / 4);
  expect(recallAt(list, 4)).toBe(2 / 3);
  expect(averagePrecisionAt(list, 4)).toBeCloseTo((1 / 2 + 2 / 4) / 3);
  const ideal = 1 + 1 / Math.log2(3) + 1 / 2;
  expect(ndcgAt(list, 4)).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / ideal);
  expect(ndcgAt({ ranked: [1, 2, 30], relevant: list.relevant }, 10)).toBeCloseTo(1);
});

test('means over users that have something to find, and the share of items that anybody is shown', () => {
  const empty = { ranked: [5], relevant: new Set<number>() };
  const figures = rankingFigures([list, { ranked: [1, 4], relevant: new Set([1]) }, empty], 2, 10);
  expect(figures).toMatchObject({ users: 2, precision: 0.5, recall: (1 / 3 + 1) / 2, coverage: 0.2 });
  expect(rankingMetrics.every(({ direction }) => direction === 'higher')).toBe(true);
});
