import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { csvLines } from '../../../src-main/files/csv.ts';

it('writes no cell of text that a spreadsheet would run, and leaves numbers as they are', () => {
  const words = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＠x', '＋1', '－1'];
  const { data } = Papa.parse<string[]>(csvLines([words, [-0.5, 1e-7, 0.1 + 0.2]]).trim());
  expect(data[0]).toEqual(words.map((word) => `'${word}`));
  expect(data[1]!.map(Number)).toEqual([-0.5, 1e-7, 0.1 + 0.2]);
});

it('keeps commas, quotes and lines within their cell, and is empty without rows', () => {
  const cells = ['a,b', 'say "x"', 'two\nlines', '', 'größe'];
  expect(Papa.parse<string[]>(csvLines([cells]).trim()).data).toEqual([cells]);
  expect(csvLines([])).toBe('');
});
