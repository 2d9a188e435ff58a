import { expect, it } from 'vitest';
import { reachOf } from '../../../src-renderer/charts/shown-line.ts';

const line = { name: 'valid', color: '#000000', xs: [10, 20, 30, 40], ys: [8, 2, NaN, 4] };
const view = (range: { min: number; max: number } | null, log = false) => ({ range, log });

it('reaches as far as the values that are shown', () => {
  expect(reachOf([line], view(null))).toEqual({ x: { min: 10, max: 40 }, y: { min: 2, max: 8 } });
  expect(reachOf([line], view({ min: 10, max: 20 }))).toEqual({
    x: { min: 10, max: 20 },
    y: { min: 2, max: 8 },
  });
  expect(reachOf([{ ...line, ys: [8, 0, -1, 4] }], view(null, true)).y).toEqual({ min: 4, max: 8 });
  expect(reachOf([{ ...line, xs: [], ys: [] }], view(null))).toEqual({ x: undefined, y: undefined });
});

it('between two points, and at an edge that a line crosses, reaches as far as the line does (it was out of sight there)', () => {
  expect(reachOf([line], view({ min: 12.5, max: 15 })).y).toEqual({ min: 5, max: 6.5 });
  // A gap is bridged.
  expect(reachOf([line], view({ min: 25, max: 30 })).y).toEqual({ min: 2.5, max: 3 });
  expect(reachOf([line], view({ min: 15, max: 100 })).y).toEqual({ min: 2, max: 5 });
  // As a straight line of a logarithmic axis goes.
  const { y } = reachOf([line], view({ min: 15, max: 16 }, true));
  expect(y!.max).toBeCloseTo(4, 10);
  expect(reachOf([line], view({ min: 50, max: 60 })).y).toBeUndefined();
});
