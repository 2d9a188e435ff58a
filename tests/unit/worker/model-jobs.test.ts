import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type SafeTensor,
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
  int32Tensor,
} from '../../../shared/safetensors/index.ts';
import { softmaxCrossEntropy } from '../../../src-main/graph/ops/index.ts';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import { EagerContext } from '../../../src-main/models/eager-context.ts';
import { createModel } from '../../../src-main/models/registry.ts';
import { timmShape, toTensorFlowLayout, toTimmLayout } from '../../../src-main/models/weights.ts';
import { Program, recordProgram } from '../../../src-main/training/program/index.ts';
import { run as forward } from '../../../src-main/worker/jobs/model-forward.ts';
import { run as grad } from '../../../src-main/worker/jobs/model-grad.ts';

const arch = 'tf_efficientnet_lite0';
const CLASSES = 3;
const HEIGHT = 33;
const WIDTH = 40;
/** One more than the forward job takes at once. */
const COUNT = 33;
const context = { emit: () => undefined, signal: new AbortController().signal };

describe('granary model', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const write = (name: string, tensors: Record<string, SafeTensor>): void =>
    writeFileSync(path(name), encodeSafetensors({ metadata: {}, tensors: new Map(Object.entries(tensors)) }));
  const job = <T extends 'model-forward' | 'model-grad'>(type: T, change: Record<string, string> = {}) => ({
    type,
    arch,
    size: `${HEIGHT}x${WIDTH}`,
    weights: path('w.safetensors'),
    input: path('x.safetensors'),
    output: path('out.safetensors'),
    ...change,
  });
  const output = () => decodeSafetensors(readFileSync(path('out.safetensors'))).tensors;
  const pixels = (count: number): Float32Array =>
    Float32Array.from(
      { length: count * 3 * HEIGHT * WIDTH },
      (_, i) => Math.sin(i * 0.37) + Math.cos(i * i * 0.001),
    );
  const weights = new Map<string, SafeTensor>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'granary-model-'));
    const size = { height: HEIGHT, width: WIDTH };
    const recorded = recordProgram({
      ...{ arch, targets: [CLASSES], pixels: size, size, microBatch: 1, evalBatch: 1, floatBatch: 1 },
      ...{ train: false, accumulate: false, trainHead: false, labelSmoothing: 0, lrGroups: 1 },
      normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
      optimizer: { beta2: 0.99, epsilon: 1e-8 },
    });
    const program = Program.load(recorded);
    program.init(7);
    const values = program.read();
    program.dispose();
    for (const spec of recorded.parameters)
      weights.set(spec.name, float32Tensor(timmShape(spec), toTimmLayout(spec, values.get(spec.name)!)));
    for (const { name, shape } of recorded.statistics)
      weights.set(
        name,
        float32Tensor(
          shape,
          values.get(name)!.map((v, i) => v + 0.01 * (i % 7)),
        ),
      );
    write('w.safetensors', Object.fromEntries(weights));
    write('x.safetensors', {
      x: float32Tensor([COUNT, 3, HEIGHT, WIDTH], pixels(COUNT)),
      y: int32Tensor(
        [COUNT],
        Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES),
      ),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The same by the model's eager run, op by op. */
  function eager(): { logits: Float32Array; loss: number; gradients: Map<string, Float32Array> } {
    // Not tf.tidy, which walks through every number of what it is given back in search of tensors.
    tf.engine().startScope();
    const model = createModel(arch, { classes: CLASSES, height: HEIGHT, width: WIDTH });
    const x = tf.tensor4d(pixels(COUNT), [COUNT, 3, HEIGHT, WIDTH]).transpose<Tensor4D>([0, 2, 3, 1]);
    const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES);
    const y = tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat() as Tensor2D;
    const first = new EagerContext(false, {
      valueOf(spec) {
        const values = float32Values(weights.get(spec.name)!);
        return tf.tensor('layout' in spec ? toTensorFlowLayout(spec, values) : values, [...spec.shape]);
      },
    });
    const logits = model.head(model.backbone(x, first), first);
    const specs = [...first.parameters.keys()];
    const statistics = new Map([...first.statistics].map(([spec, value]) => [spec.name, value]));
    const { value, grads } = tf.valueAndGrads((...values: Tensor[]) => {
      const again = new EagerContext(false, {
        valueOf: ({ name }) => values[specs.findIndex((spec) => spec.name === name)] ?? statistics.get(name)!,
      });
      return softmaxCrossEntropy(model.head(model.backbone(x, again), again), y).mean();
    })([...first.parameters.values()]);
    const inTimm = (gradient: Tensor, i: number): Float32Array =>
      toTimmLayout(specs[i]!, gradient.dataSync() as Float32Array);
    const result = {
      logits: logits.dataSync() as Float32Array,
      loss: value.dataSync()[0]!,
      gradients: new Map(grads.map((gradient, i) => [specs[i]!.name, inTimm(gradient, i)])),
    };
    tf.engine().endScope();
    return result;
  }

  function difference(actual: Float32Array, expected: Float32Array): number {
    const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
    return norm(actual.map((value, i) => value - expected[i]!)) / norm(expected);
  }

  it('forward and grad give what the model computes eagerly, under timm’s names and shapes', async () => {
    const expected = eager();
    const tensorsBefore = tf.memory().numTensors;
    expect(await forward(job('model-forward'), context)).toEqual({
      output: path('out.safetensors'),
      shape: [COUNT, CLASSES],
    });
    expect(difference(float32Values(output().get('logits')!), expected.logits)).toBeLessThan(1e-5);

    const result = await grad(job('model-grad'), context);
    expect(result.loss).toBeCloseTo(expected.loss, 5);
    const gradients = output();
    expect(gradients.get('loss')!.shape).toEqual([]);
    expect(gradients.size).toBe(expected.gradients.size + 1);
    for (const [name, values] of expected.gradients) {
      expect(gradients.get(name)!.shape, name).toEqual(weights.get(name)!.shape);
      expect(difference(float32Values(gradients.get(name)!), values), name).toBeLessThan(1e-4);
    }
    expect(tf.memory().numTensors).toBe(tensorsBefore);
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['weights of another family', { arch: 'resnet18' }, 'WEIGHTS_MISMATCH', /no "fc\.weight"/],
    [
      'weights of a larger sister',
      { arch: 'tf_efficientnet_lite2' },
      'WEIGHTS_MISMATCH',
      /blocks\.1\.2.* is missing/,
    ],
    ['another size', { size: '64' }, 'TENSOR_INPUT_INVALID', /should be \[n, 3, 64, 64\]/],
    ['no weights', { weights: '/nonexistent.safetensors' }, 'WEIGHTS_NOT_FOUND', /ENOENT/],
    ['a file without x', { input: 'w.safetensors' }, 'TENSOR_INPUT_INVALID', /no tensor "x"/],
    [
      'labels beyond the classes',
      { input: 'labels.safetensors' },
      'TENSOR_INPUT_INVALID',
      /labels from 0 to 2/,
    ],
    ['too few labels', { input: 'few.safetensors' }, 'TENSOR_INPUT_INVALID', /2 labels/],
    [
      'a file that is no safetensors',
      { weights: 'bad.safetensors' },
      'SAFETENSORS_INVALID',
      /bad\.safetensors/,
    ],
    ['an output below a file', { output: 'x.safetensors/out.safetensors' }, 'USAGE', /cannot be written/],
  ])('grad says what is wrong with %s', async (_, change, code, message) => {
    const x = float32Tensor([2, 3, HEIGHT, WIDTH], pixels(2));
    write('labels.safetensors', { x, y: int32Tensor([2], Int32Array.of(0, 3)) });
    write('few.safetensors', { x, y: int32Tensor([1], Int32Array.of(0)) });
    writeFileSync(path('bad.safetensors'), 'nothing');
    const inFolder = Object.fromEntries(
      Object.entries(change).map(([key, value]) => [
        key,
        value.endsWith('.safetensors') && !value.startsWith('/') ? path(value) : value,
      ]),
    );
    const failing = grad(job('model-grad', inFolder), context);
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});
