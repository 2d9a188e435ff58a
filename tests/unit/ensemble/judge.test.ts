import { describe, expect, it } from 'vitest';
import { type LabelledTable, judge } from '../../../src-main/ensemble/judge.ts';

const classes = ['cat', 'dog'];
/** Rows are `[id, probability of cat, label]`. */
const table = (rows: [string, number, number][]): LabelledTable => ({
  ids: rows.map(([id]) => id),
  classes,
  values: Float32Array.from(rows.flatMap(([, p]) => [p, 1 - p])),
  labels: Int32Array.from(rows.map(([, , label]) => label)),
});

describe('judge', () => {
  it('uses the common hold-out where every member kept one', () => {
    const result = judge([
      {
        name: 'a',
        weight: 1,
        valid: table([['v', 0.9, 0]]),
        holdout: table([
          ['h', 0.9, 1],
          ['i', 0.2, 1],
        ]),
      },
      {
        name: 'b',
        weight: 3,
        valid: table([['w', 0.9, 0]]),
        holdout: table([
          ['i', 0.2, 1],
          ['h', 0.1, 1],
        ]),
      },
    ]);
    expect(result.judgedOn).toBe('holdout');
    expect(result.table.ids).toEqual(['h', 'i']);
    expect(result.table.values[0]).toBeCloseTo((0.9 + 3 * 0.1) / 4, 6);
    expect([...result.table.labels]).toEqual([1, 1]);
    expect(result.membersPerImage).toBe(2);
  });

  it('without a common hold-out lets a member judge only pictures that it did not train on', () => {
    const result = judge([
      {
        name: 'a',
        weight: 1,
        valid: table([
          ['v', 0.8, 0],
          ['w', 0.4, 1],
        ]),
        holdout: null,
      },
      { name: 'b', weight: 1, valid: table([['w', 0.2, 1]]), holdout: table([['h', 0.7, -1]]) },
    ]);
    expect(result.judgedOn).toBe('out-of-bag');
    expect(result.table.ids).toEqual(['h', 'v', 'w']);
    expect([...result.table.labels]).toEqual([-1, 0, 1]);
    // v was in a's validation set alone; w in both.
    expect(result.table.values[2]).toBeCloseTo(0.8, 6);
    expect(result.table.values[4]).toBeCloseTo(0.3, 6);
    expect(result.membersPerImage).toBeCloseTo(4 / 3, 6);
  });

  it('says so when nothing can judge', () => {
    const result = judge([{ name: 'a', weight: 1, valid: table([]), holdout: null }]);
    expect(result.judgedOn).toBe('none');
  });

  it('an empty hold-out is no jury', () => {
    const result = judge([{ name: 'a', weight: 1, valid: table([['v', 1, 0]]), holdout: table([]) }]);
    expect(result.judgedOn).toBe('out-of-bag');
  });
});
