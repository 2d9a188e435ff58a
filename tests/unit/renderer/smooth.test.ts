import { describe, expect, it } from 'vitest';
import { smooth } from '../../../src-renderer/charts/smooth.ts';

const line = (ys: number[]): { x: number; y: number }[] => ys.map((y, x) => ({ x, y }));

describe('smooth', () => {
  it('leaves a constant constant, at any weight', () => {
    for (const weight of [0.1, 0.9, 0.999])
      for (const { y } of smooth(line(Array.from({ length: 200 }, () => 3.7)), weight))
        expect(y).toBeCloseTo(3.7, 12);
  });

  it('starts at the first value instead of being drawn to zero', () => {
    expect(smooth(line([5, 1, 1, 1]), 0.99)[0]).toEqual({ x: 0, y: 5 });
  });

  it('evens noise out and keeps x', () => {
    const noisy = line(Array.from({ length: 1000 }, (_, x) => 1 + (x % 2 === 0 ? 0.5 : -0.5)));
    const smoothed = smooth(noisy, 0.99);
    expect(smoothed.map((point) => point.x)).toEqual(noisy.map((point) => point.x));
    for (const { y } of smoothed.slice(500)) expect(Math.abs(y - 1)).toBeLessThan(0.01);
  });

  it('does not depend on how densely a stretch was sampled', () => {
    const value = (x: number): number => Math.exp(-x / 300);
    const at = (step: number): { x: number; y: number }[] =>
      Array.from({ length: 1000 / step + 1 }, (_, index) => ({ x: index * step, y: value(index * step) }));
    const dense = smooth(at(1), 0.9);
    const sparse = smooth(at(4), 0.9);
    expect(sparse[sparse.length - 1]!.y).toBeCloseTo(dense[dense.length - 1]!.y, 2);
  });

  it('gives the raw line at weight 0, and copes with nothing and with one point', () => {
    expect(smooth(line([1, 9]), 0)).toEqual(line([1, 9]));
    expect(smooth([], 0.9)).toEqual([]);
    expect(smooth([{ x: 4, y: 2 }], 0.9)).toEqual([{ x: 4, y: 2 }]);
  });
});
