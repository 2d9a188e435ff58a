import { expect, it } from 'vitest';
import { tooltipRows } from '../../../src-renderer/charts/tooltip-rows.ts';

it('tells the lowest values first, and all of a few', () => {
  expect(tooltipRows([0.3, 0.1, 0.2], 240)).toEqual({ told: [1, 2, 0], left: 0 });
});

it('tells as many of twenty as the chart has room for, and counts the rest', () => {
  const values = Array.from({ length: 20 }, (_, i) => 20 - i);
  const { told, left } = tooltipRows(values, 240);
  expect(told).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
  expect(left).toBe(10);
  expect(tooltipRows(values, 40)).toEqual({ told: [19], left: 19 });
});

it('tells what is no number last, and is not confused by it', () => {
  expect(tooltipRows([0.3, NaN, 0.1, NaN, 0.2], 240)).toEqual({ told: [2, 4, 0, 1, 3], left: 0 });
  expect(tooltipRows([Infinity, NaN, Infinity, 1], 240).told).toEqual([3, 0, 2, 1]);
});
