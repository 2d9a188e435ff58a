import { describe, expect, it } from 'vitest';
import { type ProbabilityTable, argmaxRows, combine, listSome } from '../../../src-main/ensemble/combine.ts';

const table = (ids: string[], classes: string[], rows: number[][]): ProbabilityTable => ({
  ids,
  classes,
  values: Float32Array.from(rows.flat()),
});

describe('combine', () => {
  it('joins members by image id and class name, never by position', () => {
    const a = table(
      ['x', 'y'],
      ['cat', 'dog'],
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    );
    const b = table(
      ['y', 'x'],
      ['dog', 'cat'],
      [
        [0.4, 0.6],
        [0.5, 0.5],
      ],
    );
    const mean = combine([
      { table: a, weight: 1, name: 'a' },
      { table: b, weight: 1, name: 'b' },
    ]);
    expect(mean.ids).toEqual(['x', 'y']);
    expect([...mean.values].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([0.7, 0.3, 0.4, 0.6]);
  });

  it('weights votes: a run counted twice is the run listed twice', () => {
    const a = table(['x'], ['cat', 'dog'], [[1, 0]]);
    const b = table(['x'], ['cat', 'dog'], [[0, 1]]);
    const weighted = combine([
      { table: a, weight: 2, name: 'a' },
      { table: b, weight: 1, name: 'b' },
    ]);
    const listed = combine([a, a, b].map((t) => ({ table: t, weight: 1, name: 'm' })));
    expect(weighted.values).toEqual(listed.values);
    expect(weighted.values[0]).toBeCloseTo(2 / 3, 6);
  });

  it('refuses members with other classes, naming them', () => {
    const a = table(['x'], ['cat', 'dog'], [[1, 0]]);
    const b = table(['x'], ['cat', 'owl'], [[1, 0]]);
    const join = (): unknown =>
      combine([
        { table: a, weight: 1, name: 'a' },
        { table: b, weight: 1, name: 'run-b' },
      ]);
    expect(join).toThrow(expect.objectContaining({ code: 'ENSEMBLE_CLASSES_DIFFER' }));
    expect(join).toThrow(/run-b.*lacks "dog" and also knows "owl"/);
  });

  it('refuses members that lack pictures, or have more', () => {
    const a = table(
      ['x', 'y'],
      ['cat', 'dog'],
      [
        [1, 0],
        [1, 0],
      ],
    );
    const b = table(['x'], ['cat', 'dog'], [[1, 0]]);
    const of = (...tables: ProbabilityTable[]) =>
      tables.map((t, i) => ({ table: t, weight: 1, name: `m${i}` }));
    expect(() => combine(of(a, b))).toThrow(/m1 has no prediction for "y"/);
    expect(() => combine(of(b, a))).toThrow(/m1 predicts "y" too/);
  });

  it('takes the lower class on a tie, and shortens long lists', () => {
    expect([
      ...argmaxRows(
        table(
          ['x', 'y'],
          ['a', 'b', 'c'],
          [
            [0.4, 0.4, 0.2],
            [0, 0.1, 0.9],
          ],
        ),
      ),
    ]).toEqual([0, 2]);
    expect(listSome(['a', 'b', 'c', 'd', 'e'])).toBe('"a", "b", "c" and 2 more');
  });
});
