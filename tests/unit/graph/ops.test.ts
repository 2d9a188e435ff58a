import { beforeEach, describe, expect, it } from 'vitest';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import * as ops from '../../../src-main/graph/ops/index.ts';
import { gradientError, randomTensor, seeded } from './finite-differences.ts';

let next = seeded();
const random = <T extends Tensor>(...shape: number[]): T => randomTensor<T>(shape, next);
const difference = (a: Tensor, b: Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
beforeEach(() => {
  next = seeded();
});

describe('gradients written by hand agree with central differences', () => {
  const x4 = (): Tensor4D => random(2, 6, 5, 4);
  const cases: [string, (...t: Tensor[]) => Tensor, () => Tensor[]][] = [
    [
      'linear',
      (x, w, b) => ops.linear(x as Tensor2D, w as Tensor2D, b!),
      () => [random(3, 5), random(5, 4), random(4)],
    ],
    [
      'linear without bias',
      (x, w) => ops.linear(x as Tensor2D, w as Tensor2D, null),
      () => [random(3, 5), random(5, 4)],
    ],
    [
      'conv2d, valid',
      (x, w, b) => ops.conv2d(x as Tensor4D, w as Tensor4D, { stride: 1, padding: 'valid' }, b),
      () => [x4(), random(3, 3, 4, 3), random(3)],
    ],
    [
      'conv2d, same, stride 2',
      (x, w) => ops.conv2d(x as Tensor4D, w as Tensor4D, { stride: 2, padding: 'same' }),
      () => [x4(), random(3, 3, 4, 3)],
    ],
    [
      'conv2d, symmetric padding, stride 2',
      (x, w) => ops.conv2d(x as Tensor4D, w as Tensor4D, { stride: 2, padding: 1 }),
      () => [random(2, 6, 6, 4), random(3, 3, 4, 3)],
    ],
    [
      'depthwiseConv2d, symmetric padding',
      (x, w, b) => ops.depthwiseConv2d(x as Tensor4D, w as Tensor4D, { stride: 1, padding: 1 }, b),
      () => [x4(), random(3, 3, 4, 1), random(4)],
    ],
    [
      'depthwiseConv2d, symmetric padding, stride 2',
      (x, w) => ops.depthwiseConv2d(x as Tensor4D, w as Tensor4D, { stride: 2, padding: 2 }),
      () => [random(2, 6, 6, 4), random(5, 5, 4, 1)],
    ],
    ...(['same', 'valid', 3] as const).map(
      (padding): [string, (...t: Tensor[]) => Tensor, () => Tensor[]] => [
        `depthwiseConv2d, 7×7, padding ${padding}`,
        (x, w) => ops.depthwiseConv2d(x as Tensor4D, w as Tensor4D, { stride: 1, padding }),
        () => [random(2, 8, 9, 3), random(7, 7, 3, 1)],
      ],
    ),
    [
      'depthwiseConv2d, same, stride 2',
      (x, w) => ops.depthwiseConv2d(x as Tensor4D, w as Tensor4D, { stride: 2, padding: 'same' }),
      () => [x4(), random(3, 3, 4, 1)],
    ],
    [
      'layerNorm',
      (x, g, b) => ops.layerNorm(x!, g!, b!, 1e-6),
      () => [random(2, 3, 3, 8), random(8), random(8)],
    ],
    ['gelu', (x) => ops.gelu(x!), () => [random(4, 9)]],
    ['silu', (x) => ops.silu(tf.mul(x!, 4)), () => [random(4, 9)]],
    ['hardSwish', (x) => ops.hardSwish(tf.mul(x!, 4)), () => [random(4, 9)]],
    [
      'responseNormMlp',
      (x, gamma, beta, w, b) =>
        ops.responseNormMlp(x as Tensor4D, {
          ...{ gamma: gamma!, beta: beta!, epsilon: 1e-6, w: w as Tensor2D, b: b! },
        }),
      () => [x4(), random(4), random(4), random(4, 3), random(3)],
    ],
    ['scaleAdd', (x, y, g) => ops.scaleAdd(x!, y!, g!), () => [random(2, 3, 4), random(2, 3, 4), random(4)]],
    ['relu', (x) => ops.relu(x!), () => [random(5, 7)]],
    ['relu6', (x) => ops.relu6(tf.mul(x!, 9)), () => [random(5, 7)]],
    ['globalAveragePool', (x) => ops.globalAveragePool(x as Tensor4D), () => [x4()]],
    ['maxPool, symmetric padding', (x) => ops.maxPool(x as Tensor4D, 3, 2, 1), () => [x4()]],
    ['avgPool, same', (x) => ops.avgPool(x as Tensor4D, 2, 2, 'same'), () => [x4()]],
    [
      'softmaxCrossEntropy',
      (x) => ops.softmaxCrossEntropy(x as Tensor2D, tf.oneHot([0, 2, 1], 4).toFloat() as Tensor2D),
      () => [random(3, 4)],
    ],
    ...[true, false].map((training): [string, (...t: Tensor[]) => Tensor, () => Tensor[]] => [
      `batchNorm, ${training ? 'training' : 'evaluation'}`,
      (x, g, b) =>
        ops.batchNorm(x as Tensor4D, g!, b!, tf.fill([4], 0.1), tf.fill([4], 0.8), {
          epsilon: 1e-3,
          training,
        }).y,
      () => [x4(), random(4), random(4)],
    ]),
    [
      'normMlp',
      (x, residual, gamma, beta, w1, b1, w2, b2, scale) =>
        ops.normMlp(x!, residual!, {
          gamma: gamma!,
          beta: beta!,
          epsilon: 1e-6,
          w1: w1 as Tensor2D,
          b1: b1!,
          w2: w2 as Tensor2D,
          b2: b2!,
          scale: scale!,
        }),
      () => [
        random(2, 2, 2, 6),
        random(2, 2, 2, 6),
        random(6),
        random(6),
        random(6, 12),
        random(12),
        random(12, 6),
        random(6),
        random(6),
      ],
    ],
  ];
  it.each(cases)('%s', (_, f, inputs) => {
    expect(gradientError(f, inputs())).toBeLessThan(1e-2);
  });
  it.each(cases)("%s, by TensorFlow's ops alone", (_, f, inputs) => {
    expect(ops.withStandardOps(() => gradientError(f, inputs()))).toBeLessThan(1e-2);
  });
});

describe('what the ops compute', () => {
  it('normMlp is its parts one after the other', () => {
    const [x, residual] = [random<Tensor2D>(5, 6), random<Tensor2D>(5, 6)];
    const p = {
      gamma: random(6),
      beta: random(6),
      epsilon: 1e-6,
      w1: random<Tensor2D>(6, 24),
      b1: random(24),
      w2: random<Tensor2D>(24, 6),
      b2: random(6),
      scale: random(6),
    };
    const hidden = ops.gelu(ops.linear(ops.layerNorm(x, p.gamma, p.beta, p.epsilon), p.w1, p.b1));
    const expected = ops.scaleAdd(residual, ops.linear(hidden, p.w2, p.b2), p.scale);
    expect(difference(ops.normMlp(x, residual, p), expected)).toBeLessThan(1e-5);
  });

  it('gelu follows the error function', () => {
    // Reference values of x·Φ(x).
    const y = ops.gelu(tf.tensor1d([-3, -1, 0, 0.5, 2])).dataSync();
    const expected = [-0.00404969, -0.15865525, 0, 0.34573123, 1.95449974];
    expected.forEach((value, i) => expect(y[i]).toBeCloseTo(value, 5));
  });

  it('symmetric padding with stride 2 looks one row further up than SAME', () => {
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as Tensor4D;
    const w = tf.ones([3, 3, 1, 1]) as Tensor4D;
    const symmetric = ops.conv2d(x, w, { stride: 2, padding: 1 }).dataSync();
    expect([...symmetric]).toEqual([0 + 1 + 4 + 5, 1 + 2 + 3 + 5 + 6 + 7, 4 + 5 + 8 + 9 + 12 + 13, 90]);
    const same = ops.conv2d(x, w, { stride: 2, padding: 'same' }).dataSync();
    expect(same[0]).toBe(0 + 1 + 2 + 4 + 5 + 6 + 8 + 9 + 10);
    expect([...ops.depthwiseConv2d(x, w, { stride: 2, padding: 1 }).dataSync()]).toEqual([...symmetric]);
  });

  it('maxPool pads with −∞, not with zeros', () => {
    const x = tf.fill([1, 4, 4, 1], -5) as Tensor4D;
    expect([...ops.maxPool(x, 3, 2, 1).dataSync()]).toEqual([-5, -5, -5, -5]);
  });

  it('avgPool same counts real pixels only', () => {
    const x = tf.ones([1, 3, 3, 1]) as Tensor4D;
    expect([...ops.avgPool(x, 2, 2, 'same').dataSync()]).toEqual([1, 1, 1, 1]);
  });

  it('batchNorm gives the unbiased variance of the batch', () => {
    const x = tf.tensor4d([1, 2, 3, 6], [4, 1, 1, 1]);
    const one = tf.ones([1]);
    const { y, batchMean, batchVariance } = ops.batchNorm(x, one, tf.zeros([1]), tf.zeros([1]), one, {
      epsilon: 0,
      training: true,
    });
    expect(batchMean.dataSync()[0]).toBeCloseTo(3, 5);
    expect(batchVariance.dataSync()[0]).toBeCloseTo(14 / 3, 5);
    // Normalised by the biased one: variance 14/4.
    expect(y.dataSync()[3]).toBeCloseTo(3 / Math.sqrt(3.5), 4);
  });

  it('leaves no tensors behind but its results', () => {
    const [x, w, b] = [random<Tensor4D>(1, 4, 4, 2), random<Tensor4D>(3, 3, 2, 2), random(2)];
    const before = tf.memory().numTensors;
    const gradients = tf.grads((x, w, b) =>
      ops.conv2d(x as Tensor4D, w as Tensor4D, { stride: 1, padding: 1 }, b!),
    )([x, w, b]);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose(gradients);
  });
});
