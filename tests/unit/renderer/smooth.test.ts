import { describe, expect, it } from 'vitest';
import { smooth } from '../../../src-renderer/charts/smooth.ts';
import { thin } from '../../../src-renderer/charts/thin.ts';

const places = (count: number): number[] => Array.from({ length: count }, (_, x) => x);
const smoothed = (ys: number[], weight: number): number[] => [...smooth(places(ys.length), ys, weight)];

describe('smooth', () => {
  it('leaves a constant constant, at any weight', () => {
    for (const weight of [0.1, 0.9, 0.999])
      for (const y of smoothed(new Array<number>(200).fill(3.7), weight)) expect(y).toBeCloseTo(3.7, 12);
  });

  it('starts at the first value instead of being drawn to zero', () => {
    expect(smoothed([5, 1, 1, 1], 0.99)[0]).toBe(5);
  });

  it('evens noise out', () => {
    const noisy = places(1000).map((x) => 1 + (x % 2 === 0 ? 0.5 : -0.5));
    for (const y of smoothed(noisy, 0.99).slice(500)) expect(Math.abs(y - 1)).toBeLessThan(0.01);
  });

  it('does not depend on how densely a stretch was sampled', () => {
    const at = (step: number): number => {
      const xs = places(1000 / step + 1).map((index) => index * step);
      return [
        ...smooth(
          xs,
          xs.map((x) => Math.exp(-x / 300)),
          0.9,
        ),
      ].pop()!;
    };
    expect(at(4)).toBeCloseTo(at(1), 2);
  });

  it('gives the raw line at weight 0, keeps gaps, and copes with nothing and with one point', () => {
    expect(smoothed([1, 9], 0)).toEqual([1, 9]);
    expect(smoothed([1, NaN, 1], 0.9)).toEqual([1, NaN, 1]);
    expect(smoothed([], 0.9)).toEqual([]);
    expect([...smooth([4], [2], 0.9)]).toEqual([2]);
  });

  it('smooths before it thins: what is drawn lies on the smoothed line of every step', () => {
    const xs = places(50_000);
    const ys = xs.map((x) => Math.exp(-x / 10_000) + (x % 7) / 10);
    const whole = smooth(xs, ys, 0.9);
    for (const { x, y } of thin(xs, whole, null, 400)) expect(y).toBe(whole[x]);
  });
});

describe('thin', () => {
  it('keeps every peak and trough', () => {
    const ys = new Array<number>(10_000).fill(1);
    ys[1234] = 9;
    ys[8765] = -9;
    const points = thin(places(10_000), ys, null, 200);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points).toContainEqual({ x: 1234, y: 9 });
    expect(points).toContainEqual({ x: 8765, y: -9 });
    expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).sort((a, b) => a - b));
  });

  it('shows every point of a zoomed stretch, and one beyond each end', () => {
    const points = thin(places(10_000), places(10_000), { min: 500, max: 520 }, 200);
    expect(points.map(({ x }) => x)).toEqual(Array.from({ length: 22 }, (_, i) => 499 + i));
  });

  it('leaves gaps and nothing out', () => {
    expect(thin([0, 1, 2], [1, NaN, 3], null, 100)).toEqual([
      { x: 0, y: 1 },
      { x: 2, y: 3 },
    ]);
    expect(thin([], [], { min: 0, max: 1 }, 100)).toEqual([]);
  });
});
