import { expect, it } from 'vitest';
import { tf } from '../../../src-main/graph/tf.ts';
import { EagerOpCounter } from '../../../src-main/training/eager-count.ts';

it('counts every op that JavaScript runs by itself, and nothing once it is disposed', () => {
  const counter = new EagerOpCounter();
  const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])).dataSync());
  expect(Array.from(sum)).toEqual([4, 6]);
  expect(counter.count).toBe(1);
  tf.tidy(() => tf.relu(tf.matMul(tf.ones([2, 2]), tf.ones([2, 2]))).dataSync());
  const before = counter.count;
  expect(before).toBeGreaterThanOrEqual(3);
  counter.dispose();
  tf.tidy(() => tf.square(tf.scalar(3)).dataSync());
  expect(counter.count).toBe(before);
});
