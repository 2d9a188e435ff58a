import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from '../../../src-main/graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import { EagerContext } from '../../../src-main/models/eager-context.ts';
import { timmShape, toTensorFlowLayout, toTimmLayout } from '../../../src-main/models/layout.ts';
import {
  type SafeTensor,
  decodeSafetensors,
  float32Values,
  int32Values,
} from '../../../shared/safetensors/index.ts';
import { parityCases } from './parity-cases.ts';

const CLASSES = 5;
const fixtures = join(__dirname, '..', '..', 'fixtures', 'models');

function read(name: string): (tensor: string) => SafeTensor {
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(join(fixtures, `${name}.safetensors`))));
  return (tensor) => {
    const found = tensors.get(tensor);
    if (found === undefined) throw new Error(`${name}.safetensors has no ${tensor}`);
    return found;
  };
}

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** Largest difference, relative to the largest expected value, or to `floor` where that is larger. */
function worst(actual: Float32Array, expected: Float32Array, floor = 0): number {
  expect(actual.length).toBe(expected.length);
  return largestOf(actual.map((value, i) => value - expected[i]!)) / Math.max(largestOf(expected), floor);
}

/** Forward, loss and the gradient of every parameter, in timm's layout. */
function step(name: string, mode: 'eval' | 'train') {
  const tensor = read(name);
  const x = tensor('x');
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const model = parityCases[name]!({ classes: CLASSES, height, width });
  const pixels = tf
    .tensor4d(float32Values(x), [batch, channels, height, width])
    .transpose<Tensor4D>([0, 2, 3, 1]);
  const labels = tf.oneHot(tf.tensor1d(int32Values(tensor('y')), 'int32'), CLASSES) as Tensor2D;
  const context = new EagerContext(mode === 'train', {
    valueOf(spec) {
      const stored = tensor(`weight:${spec.name}`);
      if (!('layout' in spec)) return tf.tensor(float32Values(stored), [...spec.shape]);
      const found = { shape: stored.shape, values: float32Values(stored) };
      const adapted =
        name.endsWith('_resampled') && spec.adapt !== undefined ? spec.adapt(found)! : found.values;
      if (adapted === found.values) expect(stored.shape, spec.name).toEqual(timmShape(spec));
      return tf.tensor(toTensorFlowLayout(spec, adapted), [...spec.shape]);
    },
  });
  const logits = model.head(model.backbone(pixels, context), context);
  const specs = [...context.parameters.keys()];
  const statistics = new Map([...context.statistics].map(([spec, value]) => [spec.name, value]));
  const { value: loss, grads } = tf.valueAndGrads((...values) => {
    const again = new EagerContext(mode === 'train', {
      valueOf: (spec) => {
        const index = specs.findIndex(({ name }) => name === spec.name);
        return values[index] ?? statistics.get(spec.name)!;
      },
    });
    return softmaxCrossEntropy(model.head(model.backbone(pixels, again), again), labels.toFloat()).mean();
  })([...context.parameters.values()]);
  return { tensor, context, logits, loss, gradients: specs.map((spec, i) => ({ spec, value: grads[i]! })) };
}

const modes = Object.keys(parityCases).flatMap((name) =>
  (/^(convnext|vit|deit|swin)/.test(name) ? (['eval'] as const) : (['eval', 'train'] as const)).map(
    (mode) => [name, mode] as const,
  ),
);

describe('parity with timm', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(modes)('%s (%s): logits, loss and every gradient', (name, mode) => {
    const { tensor, context, logits, loss, gradients } = step(name, mode);
    const expectedLogits = tensor(`${mode}:logits`);
    expect(logits.shape).toEqual(expectedLogits.shape);
    expect(worst(logits.dataSync() as Float32Array, float32Values(expectedLogits))).toBeLessThan(1e-4);
    const expectedLoss = float32Values(tensor(`${mode}:loss`))[0]!;
    expect(Math.abs((loss.dataSync()[0]! - expectedLoss) / expectedLoss)).toBeLessThan(1e-5);
    // A shift before another normalisation has no effect: its gradient is 0 but for rounding.
    const largest = Math.max(...gradients.map(({ value }) => largestOf(value.dataSync() as Float32Array)));
    for (const { spec, value } of gradients) {
      const expected = tensor(`${mode}:gradient:${spec.name}`);
      const actual = toTimmLayout(spec, value.dataSync() as Float32Array);
      expect(worst(actual, float32Values(expected), largest * 1e-3), spec.name).toBeLessThan(1e-3);
    }
    expect([...context.updates.keys()].sort()).toEqual(
      mode === 'train' ? [...context.statistics.keys()].map((spec) => spec.name).sort() : [],
    );
    for (const [statistic, value] of context.updates) {
      const expected = float32Values(tensor(`train:statistic:${statistic}`));
      expect(worst(value.dataSync() as Float32Array, expected), statistic).toBeLessThan(1e-4);
    }
  });

  it.each(Object.keys(parityCases))('%s has exactly timm’s parameters and statistics', (name) => {
    const { context } = step(name, 'eval');
    const path = join(fixtures, `${name}.safetensors`);
    const names = [...decodeSafetensors(new Uint8Array(readFileSync(path))).tensors.keys()];
    const ours = [...context.parameters.keys(), ...context.statistics.keys()].map((spec) => spec.name);
    const theirs = names.filter((key) => key.startsWith('weight:')).map((key) => key.slice('weight:'.length));
    expect(ours.sort()).toEqual(theirs.sort());
  });
});
