import { expect, it } from 'vitest';
import { RowSlots } from '../../../src-renderer/parts/row-slots.ts';

it('keeps the slot of a row that stays, and gives those of rows that went to rows that come', () => {
  const slots = new RowSlots();
  expect(slots.assign(['a', 'b', 'c'])).toEqual([0, 1, 2]);
  // Scrolled by one.
  expect(slots.assign(['b', 'c', 'd'])).toEqual([1, 2, 0]);
  // Sorted: other rows, but as many.
  expect(slots.assign(['x', 'c', 'y']).sort()).toEqual([0, 1, 2]);
  expect(slots.assign(['c'])).toEqual([2]);
  expect(slots.assign([])).toEqual([]);
  expect(slots.assign(['p', 'q'])).toEqual([0, 1]);
});
