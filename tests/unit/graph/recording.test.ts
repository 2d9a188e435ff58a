import { describe, expect, it } from 'vitest';
import { ConstantPool } from '../../../src-main/graph/constants.ts';
import { recordInto } from '../../../src-main/graph/backend.ts';
import { Graph } from '../../../src-main/graph/graph.ts';
import { fetchHash } from '../../../src-main/graph/hash.ts';
import { encodeSavedModel } from '../../../src-main/graph/saved-model.ts';
import { Session } from '../../../src-main/graph/session.ts';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import * as ops from '../../../src-main/graph/ops/index.ts';
import { randomTensor, seeded } from './finite-differences.ts';
import { placeholder, recorded, relativeError, withGradients } from './record.ts';

const next = seeded(7);
const random = <T extends Tensor>(...shape: number[]): T => randomTensor<T>(shape, next);

describe('what is recorded computes what TensorFlow.js computes eagerly', () => {
  const picture = random<Tensor4D>(2, 7, 6, 3);
  const matrix = random<Tensor2D>(4, 6);
  const cases: [string, Tensor[], (...inputs: Tensor[]) => Tensor][] = [
    [
      'arithmetic',
      [matrix, random(6)],
      (x, y) => tf.div(tf.sub(tf.mul(x!, y!), 2), tf.add(tf.square(y!), 1)),
    ],
    ['functions', [matrix], (x) => tf.add(tf.exp(x!), tf.tanh(tf.sigmoid(tf.sqrt(tf.abs(x!)))))],
    ['logarithms', [matrix], (x) => tf.log(tf.add(tf.reciprocal(tf.add(tf.abs(x!), 0.1)), 1))],
    ['clipping and choosing', [matrix], (x) => tf.where(tf.greater(x!, 0), tf.clipByValue(x!, 0, 0.5), x!)],
    ['reductions', [picture], (x) => tf.add(tf.mean(x!, [1, 2], true), tf.max(x!, -1, true))],
    ['matrix product', [matrix, random(6, 3)], (x, y) => tf.matMul(x as Tensor2D, y as Tensor2D)],
    ['batched product', [random(2, 3, 4), random(2, 5, 4)], (x, y) => tf.matMul(x!, y!, false, true)],
    ['slices and joins', [matrix], (x) => tf.concat([tf.slice(x!, [0, 1], [4, 2]), tf.reverse(x!, 1)], 1)],
    ['strided slice', [picture], (x) => tf.stridedSlice(x!, [0, 0, 1, 0], [2, 7, 6, 3], [1, 2, 2, 1])],
    [
      'stack, unstack, split',
      [matrix],
      (x) => tf.stack([...tf.unstack(x!), tf.split(x!, 4)[1]!.reshape([6])], 1),
    ],
    [
      'transpose, tile, pad',
      [matrix],
      (x) =>
        tf.pad(tf.tile(tf.transpose(x!), [1, 2]), [
          [1, 0],
          [0, 2],
        ]),
    ],
    ['expand and squeeze', [matrix], (x) => tf.squeeze(tf.expandDims(x!, 1))],
    ['one-hot of the largest', [matrix], (x) => tf.oneHot(tf.argMax(x!, 1), 6).toFloat()],
    ['softmax', [matrix], (x) => tf.softmax(x as Tensor2D)],
    ['resize', [picture], (x) => tf.image.resizeBilinear(x as Tensor4D, [4, 9])],
    [
      'convolution of tfjs',
      [picture, random(3, 3, 3, 2)],
      (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, 2, 'same'),
    ],
    ['average pooling of tfjs', [picture], (x) => tf.avgPool(x as Tensor4D, 2, 2, 'same')],
  ];
  it.each(cases)('%s', (_, inputs, f) => {
    const expected = tf.tidy(() => f(...inputs));
    const { shapes, run } = recorded((...xs) => [f(...xs)], inputs);
    expect(shapes[0]).toEqual(expected.shape);
    expect(relativeError(run()[0]!, expected.dataSync())).toBeLessThan(1e-6);
  });

  const layers: [string, Tensor[], (...inputs: Tensor[]) => Tensor][] = [
    ['linear', [matrix, random(6, 3), random(3)], (x, w, b) => ops.linear(x as Tensor2D, w as Tensor2D, b!)],
    [
      'conv2d',
      [picture, random(3, 3, 3, 4), random(4)],
      (x, w, b) => ops.conv2d(x as Tensor4D, w as Tensor4D, { stride: 2, padding: 1 }, b),
    ],
    [
      'depthwiseConv2d',
      [picture, random(5, 5, 3, 1)],
      (x, w) => ops.depthwiseConv2d(x as Tensor4D, w as Tensor4D, { stride: 1, padding: 2 }),
    ],
    ['layerNorm', [matrix, random(6), random(6)], (x, g, b) => ops.layerNorm(x!, g!, b!, 1e-6)],
    ['gelu', [matrix], (x) => ops.gelu(x!)],
    ['relu6', [matrix], (x) => ops.relu6(tf.mul(x!, 9))],
    [
      'batchNorm',
      [picture, random(3), random(3)],
      (x, g, b) =>
        ops.batchNorm(x as Tensor4D, g!, b!, tf.zeros([3]), tf.ones([3]), { epsilon: 1e-3, training: true })
          .y,
    ],
    ['maxPool', [picture], (x) => ops.maxPool(x as Tensor4D, 3, 2, 1)],
    ['globalAveragePool', [picture], (x) => ops.globalAveragePool(x as Tensor4D)],
    [
      'normMlp',
      [
        matrix,
        random(4, 6),
        random(6),
        random(6),
        random(6, 12),
        random(12),
        random(12, 6),
        random(6),
        random(6),
      ],
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
    ],
  ];
  it.each(layers)('%s, with gradients', (_, inputs, f) => {
    const weights = random(...tf.tidy(() => f(...inputs).shape));
    const both = withGradients(f, weights);
    const expected = both(...inputs);
    const actual = recorded(both, inputs).run();
    expected.forEach((tensor, i) => {
      expect(relativeError(actual[i]!, tensor.dataSync())).toBeLessThan(1e-5);
    });
  });
});

describe('recording', () => {
  it('takes no tensors and puts the backend back, also when the code throws', () => {
    const before = tf.memory().numTensors;
    const graph = new Graph();
    const pool = new ConstantPool(graph);
    recordInto(graph, pool, () => {
      tf.grad((x: Tensor) => tf.sum(tf.square(x)))(tf.ones([3]));
    });
    expect(() =>
      recordInto(graph, pool, () => {
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(tf.getBackend()).toBe('tensorflow');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shares equal constants and fills uniform ones', () => {
    const x = random(100);
    const { graph } = recorded(
      (x) => [tf.add(tf.mul(x!, tf.ones([100])), tf.ones([100])), tf.mul(x!, 3)],
      [x],
    );
    const count = (op: string): number => graph.nodes.filter((node) => node.op === op).length;
    expect(count('Fill')).toBe(1);
    // The fill's shape and value, and the factor.
    expect(count('Const')).toBe(3);
    expect(encodeSavedModel(graph).length).toBeLessThan(1000);
  });

  it('feeds bytes as uint8 and casts them in the graph', () => {
    const graph = new Graph();
    let fetch = '';
    recordInto(graph, new ConstantPool(graph), (backend) => {
      const x = placeholder(graph, backend, 'bytes', [4], 'uint8');
      fetch = backend.reference(tf.mul(tf.cast(x, 'float32'), 2));
    });
    const session = new Session(encodeSavedModel(graph));
    const values = Uint8Array.of(0, 1, 128, 255);
    expect([...session.run([{ name: 'bytes', shape: [4], values }], [fetch])[0]!]).toEqual([0, 2, 256, 510]);
    session.dispose();
    expect(() => session.run([], [fetch])).toThrow('disposed');
  });

  it('names the op and the shapes when it has no rule', () => {
    expect(() => recorded((x) => [ops.rawOp('MatrixInverse', {}, [x!])], [random(3, 3)])).toThrow(
      /MatrixInverse on \[3,3\]/,
    );
  });

  it('refuses to read what has no value yet', () => {
    expect(() => recorded((x) => [tf.scalar(x!.dataSync()[0]!)], [random(2)])).toThrow(/no values/);
  });

  it('reports what TensorFlow says when a run fails, and keeps no tensor', () => {
    const { graph } = recorded((x) => [tf.square(x!)], [random(2)]);
    const session = new Session(encodeSavedModel(graph));
    const before = tf.memory().numTensors;
    expect(() => session.run([], [graph.nodes.at(-1)!.name])).toThrow(/x0/);
    expect(tf.memory().numTensors).toBe(before);
    session.dispose();
  });

  it('hashes what a fetch computes, not where it stands in the graph', () => {
    const build = (early: boolean): [Graph, string] => {
      const graph = new Graph();
      let fetch = '';
      recordInto(graph, new ConstantPool(graph), (backend) => {
        const x = placeholder(graph, backend, 'x', [50]);
        const other = (): string => backend.reference(tf.add(tf.exp(x), tf.ones([50])));
        if (early) other();
        fetch = backend.reference(tf.sum(tf.mul(tf.add(x, tf.ones([50])), 0.5)));
        if (!early) other();
      });
      return [graph, fetch];
    };
    const [a, b] = [build(true), build(false)];
    expect(a[0].nodes.map(({ op }) => op)).not.toEqual(b[0].nodes.map(({ op }) => op));
    expect(fetchHash(...a)).toBe(fetchHash(...b));
    const different = recorded((x) => [tf.sum(tf.mul(tf.add(x!, tf.ones([50])), 0.6))], [random(50)]).graph;
    expect(fetchHash(different, different.nodes.at(-1)!.name)).not.toBe(fetchHash(...a));
  });
});
