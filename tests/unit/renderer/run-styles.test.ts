import { expect, it } from 'vitest';
import { markPath, markShapes } from '../../../src-renderer/charts/mark-shapes.ts';
import { plainStyle, runStyles } from '../../../src-renderer/views/compare/run-styles.ts';
import type { RunRow } from '../../../shared/ipc/views.ts';

const rowsOf = (count: number): RunRow[] =>
  Array.from({ length: count }, (_, i) => ({ id: `run-${i}`, color: (i % 8) + 1 }) as RunRow);

it('no two of as many runs as are drawn have the same colour and stroke, nor the same colour and shape', () => {
  for (const count of [20, 40, 80]) {
    const styles = [...runStyles(rowsOf(count)).values()];
    expect(styles).toHaveLength(count);
    expect(new Set(styles.map(({ color, dash }) => `${color} ${dash?.join()}`)).size).toBe(count);
    expect(new Set(styles.map(({ color, shape }) => `${color} ${shape}`)).size).toBe(count);
  }
});

it('up to ten runs of one chosen colour are told apart, and a run alone in its colour is plain', () => {
  const rows = rowsOf(10).map((row) => ({ ...row, color: '#123456' as const }));
  const styles = [...runStyles(rows).values()];
  expect(new Set(styles.map(({ dash }) => dash?.join())).size).toBe(10);
  expect(new Set(styles.map(({ shape }) => shape)).size).toBe(10);
  expect(styles[0]).toEqual(plainStyle(rows[0]!));
});

it('each shape is a closed outline of its own, as large as its radius says', () => {
  const paths = markShapes.map((shape) => markPath(shape, 5));
  expect(new Set(paths).size).toBe(markShapes.length);
  for (const path of paths) {
    expect(path).toMatch(/^(M[-\d.]+ [-\d.]+([LA][-\d. ]+)+Z)+$/);
    for (const figure of path.match(/-?\d+(\.\d+)?/g)!)
      expect(Math.abs(Number(figure))).toBeLessThanOrEqual(7.5);
  }
});
