import { describe, expect, it } from 'vitest';
import { ratingsRunName } from '../../../shared/records/ratings-grid.ts';
import { parseRatingsGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { planRatingsGrid } from '../../../src-main/scheduler/ratings-grid.ts';

const source = { path: '/data/u.data', options: {} };
const plan = (...blocks: object[]) => planRatingsGrid(parseRatingsGrid({ kind: 'ratings', blocks }), source);
const failure = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
};

describe('a sweep of recommenders', () => {
  it('makes a run of every model, number of factors, weight decay and seed', () => {
    const runs = plan({
      model: ['dot', 'dot-bias'],
      factors: [5, 50],
      weightDecay: [0.01, 0.1],
      seed: [1, 2],
    });
    expect(runs).toHaveLength(16);
    expect(new Set(runs.map(({ config }) => `${ratingsRunName(config)} ${config.seed}`)).size).toBe(16);
    expect(runs[0]).toMatchObject({ kind: 'ratings', name: 'dot 5 wd 0.01 seed=1' });
    expect(runs.every(({ config }) => config.ratings === '/data/u.data')).toBe(true);
  });

  it('draws one seed for all, so that they share split and start', () => {
    const seeds = plan({ factors: [5, 10] }, { model: 'ncf' }).map(({ config }) => config.seed);
    expect(new Set(seeds).size).toBe(1);
  });

  it('makes no copies of a network, which has no factors to choose', () => {
    expect(plan({ model: ['ncf', 'dot'], factors: [5, 10, 50] }).map(({ name }) => name)).toEqual([
      'dot 5 wd 0.1',
      'dot 10 wd 0.1',
      'dot 50 wd 0.1',
      'ncf wd 0.1',
    ]);
  });

  it('tells a list of numbers that is one value from several values', () => {
    const runs = plan({
      model: 'ncf',
      layers: [
        [100, 50],
        [20, 10],
      ],
      range: ['auto', [0, 5.5]],
    });
    expect(runs.map(({ config }) => [config.layers, config.range])).toEqual([
      [[100, 50], 'auto'],
      [
        [100, 50],
        [0, 5.5],
      ],
      [[20, 10], 'auto'],
      [
        [20, 10],
        [0, 5.5],
      ],
    ]);
    expect(plan({ layers: [8, 4], range: [0, 5.5] })).toHaveLength(1);
  });

  it('keeps what cannot be trained, with the reason', () => {
    const runs = plan(
      { weightDecay: [0.1, 100], decay: 'decoupled' },
      { factors: [5, 0] },
      { split: '/no/such.csv' },
    );
    expect(runs.map((run) => ('error' in run ? [run.name, run.error.code] : run.name))).toEqual([
      'dot-bias 50 decoupled 0.1',
      ['dot-bias 50 decoupled 100', 'CONFIG_INVALID'],
      'dot-bias 5 wd 0.1',
      ['dot-bias 0 wd 0.1', 'CONFIG_INVALID'],
      ['dot-bias 50 wd 0.1', 'SPLIT_INVALID'],
    ]);
    expect(runs[1]).toMatchObject({ error: { message: expect.stringContaining('Block 1: ') as string } });
  });

  it.each([
    [{ kind: 'ratings', blocks: [{ arch: 'resnet18' }] }, /there is no key "arch"/],
    [{ kind: 'ratings', blocks: [{ factors: 'many' }] }, /factors needs a whole number/],
    [{ kind: 'ratings', blocks: [] }, /blocks needs a list/],
    [{ blocks: [{}] }, /kind needs ratings/],
  ])('refuses %j', (grid, message) => {
    expect(failure(() => parseRatingsGrid(grid))).toMatchObject({
      code: 'GRID_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses a decoupled decay that would wipe weights out, and no penalty', () => {
    const invalid = (block: object): boolean => 'error' in plan({ weightDecay: 100, ...block })[0]!;
    expect(invalid({ decay: 'decoupled' })).toBe(true);
    expect(invalid({ model: 'ncf' })).toBe(true);
    expect(invalid({})).toBe(false);
    expect(invalid({ decay: 'l2' })).toBe(false);
  });

  it('refuses more than a thousand runs', () => {
    const many = Array.from({ length: 40 }, (_, k) => k + 1);
    expect(failure(() => plan({ factors: many, seed: many }))).toMatchObject({ code: 'GRID_INVALID' });
  });
});
