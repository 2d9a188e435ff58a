import { describe, expect, test } from 'vitest';
import { fitMeans } from '../../../../shared/recommender/baselines.ts';
import { itemsByBias } from '../../../../shared/recommender/biases.ts';
import { becauseOf, explain } from '../../../../shared/recommender/explain.ts';
import { principalComponents } from '../../../../shared/recommender/principal-components.ts';
import { Scorer, UNKNOWN } from '../../../../shared/recommender/scorer.ts';
import { similarItems } from '../../../../shared/recommender/similar.ts';
import { topN } from '../../../../shared/recommender/top.ts';
import {
  type RecommenderWeights,
  decodeRecommender,
  encodeRecommender,
} from '../../../../shared/recommender/weights.ts';

/** Two users, four items; the last item was never rated. */
const weights: RecommenderWeights = {
  model: 'dot-bias',
  users: ['ann', '7'],
  items: ['a', 'b', 'c', 'd'],
  titles: ['A', 'B', 'C', ''],
  seen: { user: Float32Array.of(3, 2), item: Float32Array.of(2, 2, 1, 0) },
  factors: {
    user: Float32Array.of(1, 0, 0, 2),
    item: Float32Array.of(2, 0, 1, 1, 0, -1, 9, 9),
    userWidth: 2,
    itemWidth: 2,
  },
  bias: { user: Float32Array.of(0.5, -0.5), item: Float32Array.of(0.25, -1, 1, 50) },
  layers: [],
  loss: 'mse',
  range: [0, 5],
  intercept: 0,
};
const scorer = new Scorer(weights);
const sigmoid = (x: number): number => 5 / (1 + Math.exp(-x));

test('a score is the factors’ product and both biases, brought into the range', () => {
  expect(scorer.predict(0, 0)).toBeCloseTo(sigmoid(2 + 0.5 + 0.25));
  expect(scorer.predict(1, 2)).toBeCloseTo(sigmoid(-2 - 0.5 + 1));
  expect(scorer.predictAll(1)[1]).toBeCloseTo(sigmoid(2 - 0.5 - 1));
});

test('of the unknown only biases are left, the average one for its own', () => {
  expect(scorer.userIndex('nobody')).toBe(UNKNOWN);
  expect(scorer.userIndex('7')).toBe(1);
  expect(scorer.itemIndex('d')).toBe(UNKNOWN);
  // The users' mean bias is 0, the rated items' 1/12.
  expect(scorer.predict(UNKNOWN, 1)).toBeCloseTo(sigmoid(-1));
  expect(scorer.predict(0, UNKNOWN)).toBeCloseTo(sigmoid(0.5 + 0.25 / 3), 4);
  expect(explain(scorer, UNKNOWN, 1, 3).note).toContain('unknown');
});

test('a prediction’s parts add up to its score, largest first', () => {
  const { parts, predicted } = explain(scorer, 0, 0, 10);
  expect(sigmoid(parts.reduce((sum, { value }) => sum + value, 0))).toBeCloseTo(predicted);
  expect(parts.map(({ name }) => name)).toEqual(['factor 1', 'user bias', 'item bias', 'factor 2']);
  const history = [
    { item: 1, rating: 5 },
    { item: 2, rating: 1 },
  ];
  expect(becauseOf(scorer, 0, history, 3).map(({ item }) => item)).toEqual([1]);
});

test('similar items by cosine, without those that training never saw', () => {
  const similar = similarItems(weights, 0, 5);
  expect(similar.map(({ item }) => item)).toEqual([1, 2]);
  expect(similar[0]!.cosine).toBeCloseTo(Math.SQRT1_2);
});

test('items by bias need ratings enough', () => {
  expect(itemsByBias(weights, 1)).toEqual([2, 0, 1]);
  expect(itemsByBias(weights, 2)).toEqual([0, 1]);
  expect(itemsByBias({ ...weights, bias: null }, 1)).toBeNull();
});

test('weights survive their file; another file is refused', () => {
  expect(decodeRecommender(encodeRecommender(weights))).toEqual(weights);
  const bytes = encodeRecommender({
    ...weights,
    users: ['ann'],
    seen: { ...weights.seen, user: Float32Array.of(1) },
    bias: { ...weights.bias!, user: Float32Array.of(0) },
    factors: { ...weights.factors, user: Float32Array.of(1, 0) },
  });
  expect(decodeRecommender(bytes).users).toEqual(['ann']);
  const text = Buffer.from(bytes).toString('latin1').replace('granary-recommender', 'granary-recommendeX');
  expect(() => decodeRecommender(Buffer.from(text, 'latin1'))).toThrow('something else');
});

describe('main axes', () => {
  test('of points along a line, and the variance that they hold', () => {
    const values = Float32Array.from([-2, -1, 0, 1, 2].flatMap((t) => [3 * t, 4 * t, 0.1 * t * t]));
    const { points, explained } = principalComponents(values, 3, [1, 1, 1, 1, 1]);
    expect(explained[0]).toBeGreaterThan(0.99);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 4);
    [-10, -5, 0, 5, 10].forEach((at, k) => expect(points[2 * k]).toBeCloseTo(at, 1));
  });
  test('rows of no weight do not count, and one column has one axis', () => {
    const values = Float32Array.of(1, -1, 100);
    const { points, explained } = principalComponents(values, 1, [1, 1, 0]);
    expect([points[0], points[2]]).toEqual([1, -1]);
    expect(explained).toEqual([1, 0]);
  });
});

test('the best places, ties by the lower one, without those left out', () => {
  expect(topN([1, 5, 3, 5, NaN, 4], 3)).toEqual([1, 3, 5]);
  expect(topN([1, 5, 3], 5, new Set([1]))).toEqual([2, 0]);
});

test('damped means lie between the mean and what was given', () => {
  const means = fitMeans({
    users: ['u', 'v'],
    items: ['i', 'j'],
    user: Int32Array.of(0, 0, 1),
    item: Int32Array.of(0, 1, 0),
    rating: Float32Array.of(5, 3, 4),
    time: null,
    titles: null,
  });
  expect(means.globalMean).toBe(4);
  expect(means.item[0]).toBeCloseTo(1 / 27);
  expect(means.user[0]).toBeCloseTo((0 - 1 / 27 + 1 / 26) / 12);
});
