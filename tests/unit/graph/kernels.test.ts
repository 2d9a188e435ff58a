import { describe, expect, it } from 'vitest';
import * as ops from '../../../src-main/graph/ops/index.ts';
import { geluBackwardKernel, geluKernel, usesKernels } from '../../../src-main/graph/ops/kernels.ts';
import { normalised, normalisedGradient } from '../../../src-main/graph/ops/layer-norm.ts';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import { randomTensor, seeded } from './finite-differences.ts';
import { recorded, relativeError, withGradients } from './record.ts';

const next = seeded();
const random = <T extends Tensor>(...shape: number[]): T => randomTensor<T>(shape, next);

const rows = 700; // Several blocks of rows, the last one short.
const mlpInputs = (): Tensor[] =>
  [[rows, 40], [40], [40], [40, 96], [96], [96, 40], [40], [rows, 40], [40]].map((shape) => random(...shape));
const depthwise =
  (stride: number, padding: 'same' | 'valid' | number) =>
  (x: Tensor, w: Tensor): Tensor =>
    ops.depthwiseConv2d(x as Tensor4D, w as Tensor4D, { stride, padding });

const cases: [string, Tensor[], (...inputs: Tensor[]) => Tensor][] = [
  ['layerNorm', [random(rows, 5, 33), random(33), random(33)], (x, g, b) => ops.layerNorm(x!, g!, b!, 1e-6)],
  [
    'layerNorm of three columns',
    [random(9, 3), random(3), random(3)],
    (x, g, b) => ops.layerNorm(x!, g!, b!, 1e-6),
  ],
  ['gelu', [tf.mul(random(rows, 65), 4)], (x) => ops.gelu(x!)],
  ['scaleAdd', [random(rows, 3, 24), random(rows, 3, 24), random(24)], (x, y, g) => ops.scaleAdd(x!, y!, g!)],
  [
    'normMlp',
    mlpInputs(),
    (x, gamma, beta, w1, b1, w2, b2, residual, scale) =>
      ops.normMlp(x!, residual!, {
        ...{ gamma: gamma!, beta: beta!, epsilon: 1e-6, b1: b1!, b2: b2!, scale: scale! },
        ...{ w1: w1 as Tensor2D, w2: w2 as Tensor2D },
      }),
  ],
  [
    'responseNormMlp',
    [random(2, 7, 5, 24), random(24), random(24), random(24, 8), random(8)],
    (hidden, gamma, beta, w, b) =>
      ops.responseNormMlp(hidden as Tensor4D, {
        ...{ gamma: gamma!, beta: beta!, epsilon: 1e-6, w: w as Tensor2D, b: b! },
      }),
  ],
  // More channels than a group, and not a multiple of it; pictures that a stride does not come out even on.
  ...(['same', 'valid', 3] as const).flatMap((padding) =>
    [1, 2].map((stride): [string, Tensor[], (...inputs: Tensor[]) => Tensor] => [
      `depthwiseConv2d 7×7, stride ${stride}, padding ${padding}`,
      [random(3, 12, 9, 37), random(7, 7, 37, 1)],
      (x, w) => depthwise(stride, padding)(x!, w!),
    ]),
  ),
  [
    'depthwiseConv2d 5×5',
    [random(2, 6, 11, 16), random(5, 5, 16, 1)],
    (x, w) => depthwise(2, 'same')(x!, w!),
  ],
  ['depthwiseConv2d 9×9', [random(2, 9, 9, 8), random(9, 9, 8, 1)], (x, w) => depthwise(1, 'same')(x!, w!)],
];

describe.runIf(usesKernels())("ops of our own compute what TensorFlow's do", () => {
  it.each(cases)('%s, with gradients', (_, inputs, f) => {
    const weights = random(...tf.tidy(() => f(...inputs).shape));
    const both = withGradients(f, weights);
    const expected = ops.withStandardOps(() => both(...inputs));
    const own = recorded(both, inputs);
    const names = new Set(own.graph.nodes.map(({ op }) => op));
    expect([...names].some((op) => op.startsWith('Granary'))).toBe(true);
    const eager = both(...inputs);
    const compiled = own.run();
    expected.forEach((tensor, i) => {
      const values = tensor.dataSync();
      expect(relativeError(eager[i]!.dataSync(), values, 1e-2)).toBeLessThan(5e-6);
      expect(relativeError(compiled[i]!, values, 1e-2)).toBeLessThan(5e-6);
    });
  });

  it('GELU is right to the last digits in both tails', () => {
    const x = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) / 100);
    const y = geluKernel(tf.tensor1d(x)).dataSync();
    // x·Φ(x), where Φ(−z) is summed up from z on: the density's integral by small steps, in double precision.
    const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const beyond = (z: number): number => {
      let sum = 0;
      const step = 1 / 512;
      for (let at = z; at < z + 12; at += step)
        sum += (step / 6) * (density(at) + 4 * density(at + step / 2) + density(at + step));
      return sum;
    };
    for (let i = 0; i < x.length; i += 50) {
      const z = Math.abs(x[i]!);
      const below = x[i]! < 0 ? beyond(z) : 1 - beyond(z);
      expect(Math.abs(y[i]! - x[i]! * below)).toBeLessThanOrEqual(5e-6 * Math.abs(x[i]! * below));
    }
  });

  it('what is not a number stays so', () => {
    const x = tf.tensor2d([[NaN, 1]]);
    expect(geluKernel(x).dataSync()[0]).toBeNaN();
    expect(geluBackwardKernel(tf.ones([1, 2]), x).dx.dataSync()[0]).toBeNaN();
    expect(ops.layerNorm(x, tf.ones([2]), tf.zeros([2]), 1e-6).dataSync()[1]).toBeNaN();
  });

  it('leaves its inputs as they were, where they are still needed', () => {
    const [dy, x, gamma] = [random<Tensor2D>(300, 64), random<Tensor2D>(300, 64), random(64)];
    const before = [dy, x].map((tensor) => tensor.dataSync().slice());
    geluBackwardKernel(dy, x);
    const { kept } = normalised(x, gamma, gamma, 1e-6);
    normalisedGradient(dy, kept, gamma);
    expect([dy.dataSync(), x.dataSync()]).toEqual(before);
    // Compiled, the same tensor is read by another op after the kernel.
    const [dx, sum] = recorded(
      (d, x) => {
        const both = tf.add(d!, x!);
        const { dx } = geluBackwardKernel(both, x!);
        return [dx, tf.add(tf.mul(dx, 0), both)];
      },
      [dy, x],
    ).run();
    expect(relativeError(sum!, tf.add(dy, x).dataSync())).toBeLessThan(1e-6);
    expect(dx).toHaveLength(300 * 64);
  });

  it('gives the same bits each time', () => {
    const [dy, x] = [random<Tensor2D>(3000, 96), random<Tensor2D>(3000, 96)];
    const first = geluBackwardKernel(dy, x).sums.dataSync().slice();
    for (let i = 0; i < 20; i++) expect(geluBackwardKernel(dy, x).sums.dataSync()).toEqual(first);
  });

  it('refuses shapes that do not belong together', () => {
    expect(() => ops.rawOp('GranaryGeluGrad', {}, [random(3, 4), random(3, 5)])).toThrow(
      'x has 15 values, not 12',
    );
    const statistics = [random(4), random(4), random(3)];
    expect(() =>
      ops.rawOp('GranaryLayerNormGrad', {}, [random(4, 4), random(4, 4), ...statistics], 3),
    ).toThrow('gamma has 3 values, not 4');
  });
});
