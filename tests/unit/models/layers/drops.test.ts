import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../../../src-main/graph/tf.ts';
import { EagerContext } from '../../../../src-main/models/eager-context.ts';
import { dropPath, dropPathRates } from '../../../../src-main/models/layers/drop-path.ts';
import { dropout } from '../../../../src-main/models/layers/dropout.ts';
import { seeded } from '../../graph/finite-differences.ts';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** A context whose random numbers are counted and come from a seed. */
function contextOf(training: boolean) {
  const next = seeded(7);
  const asked: string[] = [];
  const context = new EagerContext(training, {
    valueOf: () => tf.scalar(0),
    random(name, shape) {
      asked.push(`${name} ${shape.join()}`);
      return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, next), [...shape]);
    },
  });
  return { context, asked };
}

const shareOf = (values: ArrayLike<number>, wanted: number): number =>
  Array.from(values).filter((value) => Math.abs(value - wanted) < 1e-6).length / values.length;

describe('dropPath', () => {
  it('leaves out whole pictures, and scales the others so that the mean stays', () => {
    const { context, asked } = contextOf(true);
    const y = dropPath(tf.ones([4000, 2, 3]), context, { name: 'a.drop_path', rate: 0.25 });
    expect(asked).toEqual(['a.drop_path 4000,1,1']);
    const perPicture = y.reshape([4000, 6]);
    expect(perPicture.max(1).sub(perPicture.min(1)).max().dataSync()[0]).toBe(0);
    const values = perPicture.max(1).dataSync();
    expect(shareOf(values, 0)).toBeCloseTo(0.25, 1);
    expect(shareOf(values, 0) + shareOf(values, 1 / 0.75)).toBe(1);
  });

  it('passes the gradient through the pictures that it kept', () => {
    const { context } = contextOf(true);
    const x = tf.ones([64, 3]);
    const options = { name: 'd', rate: 0.5 };
    const gradient = tf
      .grad((branch) => dropPath(branch, context, options).sum())(x)
      .dataSync();
    expect(shareOf(gradient, 0)).toBeGreaterThan(0.2);
    expect(shareOf(gradient, 0) + shareOf(gradient, 2)).toBe(1);
  });

  it('rises evenly over the blocks as timm’s', () => {
    expect(dropPathRates(0.3, 4).map((rate) => Number(rate.toFixed(6)))).toEqual([0, 0.1, 0.2, 0.3]);
    expect(dropPathRates(0.3, 1)).toEqual([0]);
  });
});

describe('dropout', () => {
  it('drops each value by itself', () => {
    const { context } = contextOf(true);
    const y = dropout(tf.fill([100, 50], 3), context, { name: 'head_drop', rate: 0.2 }).dataSync();
    expect(shareOf(y, 0)).toBeCloseTo(0.2, 1);
    expect(shareOf(y, 0) + shareOf(y, 3 / 0.8)).toBe(1);
  });
});

it.each([
  ['evaluation', false, 0.5],
  ['rate 0', true, 0],
] as const)('%s: gives back the very tensor and asks for no random numbers', (_, training, rate) => {
  const { context, asked } = contextOf(training);
  const x = tf.ones([2, 3]);
  expect(dropPath(x, context, { name: 'a', rate })).toBe(x);
  expect(dropout(x, context, { name: 'b', rate })).toBe(x);
  expect(asked).toEqual([]);
});
