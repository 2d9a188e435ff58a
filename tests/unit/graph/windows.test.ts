import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WindowPlan, fromWindows, shiftMask, toWindows } from '../../../src-main/graph/ops/index.ts';
import { type Tensor4D, tf } from '../../../src-main/graph/tf.ts';

const plans: Record<string, WindowPlan> = {
  'whole grid': { grid: [3, 4], window: [3, 4], shift: [0, 0] },
  'even, shifted': { grid: [4, 6], window: [2, 3], shift: [1, 1] },
  'filled, shifted': { grid: [5, 7], window: [4, 4], shift: [2, 2] },
  'covered along one axis': { grid: [3, 8], window: [3, 5], shift: [0, 2] },
};

describe('windows', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(Object.entries(plans))('%s: cutting and joining are inverse, and transposes', (_, plan) => {
    const x: Tensor4D = tf.randomNormal([2, plan.grid[0], plan.grid[1], 3], 0, 1, 'float32', 1);
    const rows = toWindows(x, plan);
    expect(fromWindows(rows, plan).dataSync()).toEqual(x.dataSync());
    const y = tf.randomNormal(rows.shape, 0, 1, 'float32', 2);
    const left = tf.sum(tf.mul(rows, y)).dataSync()[0]!;
    const right = tf.sum(tf.mul(x, fromWindows(y, plan))).dataSync()[0]!;
    expect(left).toBeCloseTo(right, 4);
  });

  it('rolls before it fills, and cuts row by row', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const rows = toWindows(x, { grid: [3, 3], window: [2, 2], shift: [1, 1] });
    expect([...rows.dataSync()]).toEqual([5, 6, 8, 9, 4, 0, 7, 0, 2, 3, 0, 0, 1, 0, 0, 0]);
  });

  it('masks what only rolling brought together', () => {
    const mask = shiftMask({ grid: [1, 4], window: [1, 2], shift: [0, 1] })!;
    expect(mask.shape).toEqual([2, 1, 2, 2]);
    expect([...mask.dataSync()].map((value) => value + 0)).toEqual([0, 0, 0, 0, 0, -100, -100, 0]);
    expect(shiftMask(plans['whole grid']!)).toBeNull();
  });
});
