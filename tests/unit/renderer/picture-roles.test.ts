import { expect, it } from 'vitest';
import { withColumns, withRole } from '../../../src-renderer/state/picture-roles.ts';

const columns = [
  { name: 'id', role: 'image' },
  { name: 'label', role: 'target' },
  { name: 'season', role: 'ignore' },
] as const;

it('reads a dataset anew with what its columns are said to be now, and with nothing that was said before', () => {
  const before = { imageColumn: 'id', targetColumns: ['label'], imagesDir: 'pictures' };
  expect(withColumns(before, withRole(columns, 'season', 'target'))).toEqual({
    imageColumn: 'id',
    targetColumns: ['label', 'season'],
    imagesDir: 'pictures',
  });
  // The last target is taken away: none is left, instead of the one before.
  expect(withColumns(before, withRole(columns, 'label', 'ignore'))).toEqual({
    imageColumn: 'id',
    targetColumns: [],
    imagesDir: 'pictures',
  });
  // What names the pictures is guessed where no column is said to.
  expect(withColumns(before, withRole(columns, 'id', 'ignore'))).toEqual({
    targetColumns: ['label'],
    imagesDir: 'pictures',
  });
});
