import { describe, expect, it } from 'vitest';
import { ratingsSummarySchema } from '../../../shared/ipc/recommender-views.ts';
import { ratingsProblemSchema } from '../../../shared/records/ratings.ts';
import { optionsWithRole } from '../../../src-renderer/state/column-roles.ts';
import { checksOf } from '../../../src-renderer/views/ratings/checks.ts';

const column = (name: string, role: 'user' | 'item' | 'rating' | 'time' | 'ignore') => ({
  name,
  role,
  examples: [],
});

describe('the use of a column', () => {
  const columns = [column('a', 'user'), column('b', 'item'), column('c', 'rating'), column('d', 'ignore')];

  it('changes places with the column that had it', () => {
    expect(optionsWithRole(columns, { items: '/t.csv' }, 'a', 'item')).toEqual({
      items: '/t.csv',
      userColumn: 'b',
      itemColumn: 'a',
      ratingColumn: 'c',
      timeColumn: null,
    });
  });

  it('taken away leaves none: no column of ratings, and nothing guessed in its place', () => {
    const options = optionsWithRole(columns, {}, 'c', 'ignore');
    expect(options).toEqual({ userColumn: 'a', itemColumn: 'b', ratingColumn: null, timeColumn: null });
    expect(optionsWithRole(columns, {}, 'd', 'time').timeColumn).toBe('d');
  });
});

describe('checks of a ratings file', () => {
  const summary = ratingsSummarySchema.parse({
    ...{ version: 1, kind: 'ratings', path: '/r.csv', name: 'r.csv', hash: 'h', implicit: false },
    format: {
      ...{ separator: ',', header: true, columns: ['u', 'i', 'r'], examples: [[], [], []] },
      ...{ user: 'u', item: 'i', rating: 'r', time: null },
    },
    ...{ users: 2, items: 2, ratings: 3, density: 0.75, histogram: [], time: null, titles: 0, seconds: 0 },
    scale: { min: 1, max: 5, mean: 3, step: 1 },
    perUser: { min: 1, median: 1, max: 2 },
    perItem: { min: 1, median: 1, max: 2 },
    crossTab: { users: [], items: [], cells: [] },
    problems: [{ code: 'DUPLICATE', message: '1 rating …', count: 1, examples: ['user 1, item 2'] }],
    options: {},
    columns: [],
  });

  it('lists what was found first, and what was looked for without a find', () => {
    const checks = checksOf(summary);
    expect(checks[0]).toMatchObject({ code: 'DUPLICATE', problem: { count: 1 } });
    const codes = checks.map(({ code }) => code);
    expect(codes).toContain('USER_WITH_ONE_RATING');
    // Titles and times were not given, so nothing was checked of them.
    expect(codes).not.toContain('ITEM_WITHOUT_TITLE');
    expect(codes).not.toContain('TIME_NOT_READABLE');
  });

  it('leaves out nothing that an inspection can find', () => {
    const whole = { ...summary, options: { items: '/titles' }, format: { ...summary.format, time: 't' } };
    const codes = checksOf(whole).map(({ code }) => code);
    expect(codes.sort()).toEqual([...ratingsProblemSchema.shape.code.options].sort());
  });
});
