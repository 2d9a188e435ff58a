import { describe, expect, it } from 'vitest';
import {
  expandSweep,
  ratingsRunName,
  ratingsSweepSchema,
  sweepSize,
} from '../../../../shared/records/ratings-sweep.ts';

const of = (stated: object) => ratingsSweepSchema.parse({ ratings: '/data/u.data', seeds: [1], ...stated });

describe('a sweep of recommenders', () => {
  it('makes a run of every model, number of factors, weight decay and seed', () => {
    const sweep = of({
      models: ['dot', 'dot-bias'],
      factors: [5, 50],
      weightDecays: [0.01, 0.1],
      seeds: [1, 2],
    });
    const runs = expandSweep(sweep);
    expect(runs).toHaveLength(16);
    expect(sweepSize(sweep)).toBe(16);
    expect(new Set(runs.map((run) => `${ratingsRunName(run)} ${run.seed}`)).size).toBe(16);
    expect(ratingsRunName(runs[0]!)).toBe('dot 5 wd 0.01');
    expect(runs.every((run) => run.ratings === '/data/u.data' && run.kind === 'ratings')).toBe(true);
  });

  it('makes no copies of a network, which has no factors to choose', () => {
    const sweep = of({ models: ['ncf', 'dot'], factors: [5, 10, 50] });
    expect(expandSweep(sweep).map(ratingsRunName)).toEqual([
      'ncf wd 0.1',
      'dot 5 wd 0.1',
      'dot 10 wd 0.1',
      'dot 50 wd 0.1',
    ]);
    expect(sweepSize(sweep)).toBe(4);
  });

  it('refuses more than five hundred runs', () => {
    const many = Array.from({ length: 30 }, (_, k) => k + 1);
    expect(ratingsSweepSchema.safeParse({ ratings: 'r', seeds: many, factors: many }).success).toBe(false);
  });
});
