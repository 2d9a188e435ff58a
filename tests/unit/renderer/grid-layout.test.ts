import { describe, expect, it } from 'vitest';
import { gridLayout, ROW } from '../../../src-renderer/parts/grid-layout.ts';

describe('the virtualised grid', () => {
  it('draws what is seen and a few rows around it, of any number of pictures', () => {
    const top = gridLayout({ width: 1000, height: 600, top: 0, total: 10_000 });
    expect(top).toMatchObject({ columns: 7, rows: Math.ceil(10_000 / 7), firstRow: 0 });
    expect(top.lastRow).toBeLessThanOrEqual(10);
    const middle = gridLayout({ width: 1000, height: 600, top: 100_000, total: 10_000 });
    expect(middle.firstRow * ROW).toBeLessThanOrEqual(100_000);
    expect(middle.lastRow * ROW).toBeGreaterThanOrEqual(100_600);
    expect(middle.lastRow - middle.firstRow).toBeLessThanOrEqual(14);
  });

  it('gives the rows that are drawn at a time places of their own, wherever it is scrolled', () => {
    for (let top = 0; top < 220_000; top += 777) {
      const { firstRow, lastRow, slots } = gridLayout({ width: 1000, height: 600, top, total: 10_000 });
      const places = Array.from({ length: lastRow - firstRow }, (_, i) => (firstRow + i) % slots);
      expect(new Set(places).size).toBe(places.length);
    }
  });

  it('never leaves the pictures, wherever it was scrolled before they became fewer', () => {
    const few = gridLayout({ width: 1000, height: 600, top: 100_000, total: 3 });
    expect(few).toMatchObject({ rows: 1, firstRow: 0, lastRow: 1 });
    expect(gridLayout({ width: 0, height: 0, top: 0, total: 0 })).toMatchObject({ firstRow: 0, lastRow: 0 });
    expect(gridLayout({ width: 50, height: 600, top: 0, total: 3 }).columns).toBe(1);
  });
});
