import { describe, expect, test } from 'vitest';
import { DenseProgram } from '../../../src-main/collab/program/dense-program.ts';
import { SparseProgram } from '../../../src-main/collab/program/sparse-program.ts';
import { CATCH_UP_WIDTH, CatchUp } from '../../../src-main/collab/program/catch-up.ts';
import { dotProduct } from '../../../src-main/collab/models/dot.ts';
import { neural } from '../../../src-main/collab/models/ncf.ts';
import { embeddingWidth } from '../../../shared/recommender/size.ts';
import { type Recommender, rowWidth } from '../../../src-main/collab/models/types.ts';
import { lookUp } from '../../../src-main/collab/embedding.ts';
import { rowLosses } from '../../../src-main/collab/objective.ts';
import type { Batch, CollabSpec, Values } from '../../../src-main/collab/program/spec.ts';
import { type AdamSettings, stepNumbers } from '../../../src-main/collab/schedule.ts';
import { Random } from '../../../src-main/dataset/random.ts';
import { type Scalar, type Tensor, type Tensor2D, tf } from '../../../src-main/graph/tf.ts';

const [USERS, ITEMS] = [30, 20];
const settings: AdamSettings = {
  lr: 0.05,
  weightDecay: 0.3,
  beta2: 0.99,
  epsilon: 1e-8,
  totalSteps: 60,
};

function specOf(model: Recommender, { l2 = 0, perRating = 0 } = {}): CollabSpec {
  return {
    model,
    users: USERS,
    items: ITEMS,
    batchSize: 8,
    unrolled: 4,
    evalBatch: 16,
    objective: { loss: 'mse', range: [0.5, 5.5], intercept: 0.2 },
    beta2: settings.beta2,
    l2,
    perRating,
  };
}

function valuesOf(model: Recommender): Values {
  const random = new Random(3);
  const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal() * 0.3);
  return new Map([
    ['user', normal(USERS * rowWidth(model.columns.user))],
    ['item', normal(ITEMS * rowWidth(model.columns.item))],
    ...model.weights.map(({ name, shape }): [string, Float32Array] => [
      name,
      normal(shape.reduce((a, b) => a * b, 1)),
    ]),
  ]);
}

/** Rows of which some users come back only after many steps, and the last batch is short. */
function rowsOf(count: number): Batch {
  const random = new Random(5);
  return {
    user: Int32Array.from({ length: count }, (_, k) => (k % 97 === 0 ? 29 : random.integer(12))),
    item: Int32Array.from({ length: count }, () => random.integer(ITEMS)),
    truth: Float32Array.from({ length: count }, () => 1 + random.integer(5)),
  };
}

/** The same training with tf.grads on whole tables, one-hot rows and AdamW in plain arithmetic: what the programs must equal. */
function plainTraining(
  model: Recommender,
  rows: Batch,
  { l2 = 0, perRating = 0, settings: adam = settings } = {},
): Values {
  const { batchSize, objective } = specOf(model);
  const shapes = new Map<string, [number, number] | number[]>([
    ['user', [USERS, rowWidth(model.columns.user)]],
    ['item', [ITEMS, rowWidth(model.columns.item)]],
    ...model.weights.map(({ name, shape }): [string, number[]] => [name, [...shape]]),
  ]);
  const names = [...shapes.keys()];
  const values = new Map([...valuesOf(model)].map(([name, value]) => [name, Float64Array.from(value)]));
  const zeros = () => new Map([...values].map(([name, value]) => [name, new Float64Array(value.length)]));
  const [first, second] = [zeros(), zeros()];
  let t = 0;
  for (let at = 0; at < rows.truth.length; at += batchSize) {
    const to = Math.min(rows.truth.length, at + batchSize);
    const { shrink, stepSize, beta1, epsilon } = stepNumbers(adam, ++t);
    const gradients = tf.tidy(() => {
      const tensors = names.map((name) => tf.tensor(Float32Array.from(values.get(name)!), shapes.get(name)!));
      const oneHot = (indices: Int32Array, n: number) =>
        tf.oneHot(tf.tensor1d(indices.slice(at, to), 'int32'), n);
      const loss = (...inputs: Tensor[]): Scalar => {
        const user = tf.matMul<Tensor2D>(
          oneHot(rows.user, USERS).toFloat() as Tensor2D,
          inputs[0] as Tensor2D,
        );
        const item = tf.matMul<Tensor2D>(
          oneHot(rows.item, ITEMS).toFloat() as Tensor2D,
          inputs[1] as Tensor2D,
        );
        const score = model.score(user, item, (name) => inputs[names.indexOf(name)]!);
        const losses = rowLosses(score, tf.tensor1d(rows.truth.slice(at, to)), objective);
        const squares = tf.add(tf.sum(tf.square(user), 1), tf.sum(tf.square(item), 1));
        return tf.mean(tf.add(losses, tf.mul(squares, tf.scalar(perRating))));
      };
      return tf
        .grads(loss)(tensors)
        .map((gradient) => gradient.dataSync());
    });
    names.forEach((name, k) => {
      const decays = model.weights.find((weight) => weight.name === name)?.decay ?? true;
      const [w, m, v] = [values.get(name)!, first.get(name)!, second.get(name)!];
      for (let j = 0; j < w.length; j++) {
        const g = gradients[k]![j]! + (decays ? l2 * w[j]! : 0);
        m[j] = beta1 * m[j]! + (1 - beta1) * g;
        v[j] = adam.beta2 * v[j]! + (1 - adam.beta2) * g * g;
        w[j] = w[j]! * (decays ? shrink : 1) - (stepSize * m[j]!) / (Math.sqrt(v[j]!) + epsilon);
      }
    });
  }
  return new Map([...values].map(([name, value]) => [name, Float32Array.from(value)]));
}

function furthest(a: Values, b: Values): number {
  let most = 0;
  for (const [name, value] of a)
    value.forEach((x, k) => (most = Math.max(most, Math.abs(x - b.get(name)![k]!))));
  return most;
}

const models: [string, Recommender][] = [
  ['dot product', dotProduct(5, false)],
  ['dot product with biases', dotProduct(5, true)],
  ['network', neural({ user: 4, item: 3 }, [6, 5])],
];

describe.each(models)('%s', (_, model) => {
  const rows = rowsOf(8 * 50 + 3);
  const before = tf.memory().numTensors;
  const expected = plainTraining(model, rows);

  test('unrolled steps equal one-hot products, tf.grads and AdamW one step at a time', () => {
    const program = new DenseProgram(specOf(model), settings);
    program.load(valuesOf(model));
    program.train(rows);
    expect(program.steps).toBe(51);
    // Twelve calls of four steps, then three single ones.
    expect(program.calls).toBe(15);
    expect(furthest(program.read(), expected)).toBeLessThan(2e-4);
    program.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('sparse steps that catch up in closed form give the same', () => {
    const program = new SparseProgram(specOf(model), settings);
    program.load(valuesOf(model));
    program.train(rows);
    expect(furthest(program.read(), expected)).toBeLessThan(2e-4);
    program.dispose();
  });

  test('both predict the same, for more rows than a call takes', () => {
    const [dense, sparse] = [DenseProgram, SparseProgram].map((Program) => {
      const program = new Program(specOf(model), settings);
      program.load(valuesOf(model));
      const predicted = program.predict(rows.user, rows.item);
      program.dispose();
      return predicted;
    });
    dense!.forEach((value, k) => expect(value).toBeCloseTo(sparse![k]!, 5));
    expect(Math.min(...dense!)).toBeGreaterThan(0.5);
    expect(Math.max(...dense!)).toBeLessThan(5.5);
  });

  test.each([DenseProgram, SparseProgram])('%o goes on from its state', (Program) => {
    const whole = new Program(specOf(model), settings);
    whole.load(valuesOf(model));
    const [a, b] = [rowsOf(160), rowsOf(240)];
    whole.train(a);
    const kept = { values: whole.read(), state: whole.readState(), steps: whole.steps };
    whole.train(b);
    const resumed = new Program(specOf(model), settings);
    resumed.load(kept.values);
    resumed.loadState(kept.state, kept.steps);
    resumed.train(b);
    expect(furthest(resumed.read(), whole.read())).toBe(0);
    whole.dispose();
    resumed.dispose();
  });
});

test('L2 joins the gradient', () => {
  const model = dotProduct(3, true);
  const plain = { ...settings, weightDecay: 0 };
  const program = new DenseProgram(specOf(model, { l2: 0.05 }), plain);
  program.load(valuesOf(model));
  const rows = rowsOf(100);
  program.train(rows);
  expect(furthest(program.read(), plainTraining(model, rows, { l2: 0.05, settings: plain }))).toBeLessThan(
    2e-4,
  );
  program.dispose();
});

test.each([
  ['dense', DenseProgram],
  ['sparse', SparseProgram],
] as const)('a penalty on the rows of each rating is learnt with, and not told as loss: %s', (_, Program) => {
  const plain = { ...settings, weightDecay: 0 };
  const rows = rowsOf(8 * 20 + 3);
  for (const model of [dotProduct(3, true), neural({ user: 4, item: 3 }, [5])]) {
    const program = new Program(specOf(model, { perRating: 0.07 }), plain);
    program.load(valuesOf(model));
    const predicted = program.predict(rows.user.slice(0, 8), rows.item.slice(0, 8));
    const first = { user: rows.user.slice(0, 8), item: rows.item.slice(0, 8), truth: rows.truth.slice(0, 8) };
    const squared = predicted.reduce((sum, value, k) => sum + (value - first.truth[k]!) ** 2 / 8, 0);
    expect(program.train(first)).toBeCloseTo(squared, 5);
    program.dispose();

    const trained = new Program(specOf(model, { perRating: 0.07 }), plain);
    trained.load(valuesOf(model));
    trained.train(rows);
    const expected = plainTraining(model, rows, { perRating: 0.07, settings: plain });
    expect(furthest(trained.read(), expected)).toBeLessThan(2e-4);
    trained.dispose();
  }
});

test('an embedding is the product with one-hot rows, and so is its gradient', () => {
  tf.tidy(() => {
    const table = tf.randomNormal([6, 4], 0, 1, 'float32', 1) as Tensor2D;
    const indices = tf.tensor1d([3, 0, 3], 'int32');
    const weights = tf.randomNormal([3, 4], 0, 1, 'float32', 2);
    const product = (x: Tensor2D): Tensor2D => tf.matMul(tf.oneHot(indices, 6).toFloat() as Tensor2D, x);
    expect(lookUp(table, indices).arraySync()).toEqual(product(table).arraySync());
    const gradient = (f: (x: Tensor2D) => Tensor2D) =>
      tf
        .grad((x: Tensor) => tf.sum(tf.mul(f(x as Tensor2D), weights)))(table)
        .dataSync();
    const byProduct = gradient(product);
    gradient((x) => lookUp(x, indices)).forEach((value, k) => expect(value).toBeCloseTo(byProduct[k]!, 6));
  });
});

describe('catching up', () => {
  const adam: AdamSettings = { ...settings, weightDecay: 0.1, lr: 5e-3, totalSteps: 5000 };
  /** Steps without gradient, one after another. */
  function slow(a: number, b: number, start: { w: number; m: number; v: number }): number {
    let { w, m, v } = start;
    for (let t = a + 1; t <= b; t++) {
      const { shrink, beta1, stepSize, epsilon } = stepNumbers(adam, t);
      m *= beta1;
      v *= adam.beta2;
      w = w * shrink - (stepSize * m) / (Math.sqrt(v) + epsilon);
    }
    return w;
  }
  test.each([
    [10, 11],
    [10, 40],
    [900, 3000],
    [4000, 5000],
  ])('from step %i to %i', (a, b) => {
    const out = new Float32Array(CATCH_UP_WIDTH);
    new CatchUp(adam).write(a, b, out, 0);
    const start = { w: 0.4, m: 3e-4, v: 1e-6 };
    const w = out[0]! * start.w - (out[1]! * start.m) / Math.sqrt(start.v);
    expect(w).toBeCloseTo(slow(a, b, start), 5);
  });
});

test("fastai's rule for the width of embeddings", () => {
  expect([943, 1682, 1_000_000].map(embeddingWidth)).toEqual([74, 102, 600]);
});
