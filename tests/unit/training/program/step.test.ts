import { describe, expect, it } from 'vitest';
import { EagerContext } from '../../../../src-main/models/eager-context.ts';
import { type Tensor, type Tensor4D, tf } from '../../../../src-main/graph/tf.ts';
import { Program } from '../../../../src-main/training/program/index.ts';
import { relativeError } from '../../graph/record.ts';
import { EagerTwin } from './eager-twin.ts';
import { type TinyModel, batchOf, optimizer, recordTiny, startTiny, stemApart, tinyModels } from './specs.ts';

const families: TinyModel[] = ['convnext', 'resnet', 'lite'];

describe.each(families)('%s: compiled and eager are the same', (family) => {
  it('loss and gradients of a training step', () => {
    const program = startTiny(family, { train: false, accumulate: true });
    const twin = new EagerTwin(program.recorded, stemApart, program.read());
    const batch = batchOf(program.spec, 4, 1);
    const expected = twin.gradients(batch);
    const output = program.trainMicro(batch);
    expect(output.loss).toBeCloseTo(expected.loss, 5);
    const gradients = program.accumulated();
    const all = (map: ReadonlyMap<string, Float32Array>): number[] =>
      [...map.values()].flatMap((array) => Array.from(array));
    expect(relativeError(all(gradients), all(expected.gradients))).toBeLessThan(1e-5);
    program.dispose();
  });

  it('weights and running statistics after ten optimizer steps', () => {
    const program = startTiny(family);
    const start = program.read();
    const twin = new EagerTwin(program.recorded, stemApart, start);
    for (let step = 0; step < 10; step++) {
      const batch = batchOf(program.spec, 4, step);
      const { loss, gradients } = twin.gradients(batch);
      twin.apply(gradients, optimizer(step));
      const output = program.trainStep({ ...batch, ...optimizer(step) });
      expect(output.loss / loss).toBeCloseTo(1, 4);
    }
    for (const [name, values] of program.read()) {
      // A bias before a further normalisation has no gradient but rounding, so small values are held to the step's size.
      expect(relativeError(values, twin.values.get(name)!, 1e-2), name).toBeLessThan(5e-5);
      expect(relativeError(values, start.get(name)!), `${name} moves`).toBeGreaterThan(0);
    }
    expect(program.compiledSteps).toBe(10);
    program.dispose();
  });
});

describe('a step', () => {
  it('reports losses, hits and counts of each target, missing labels apart', () => {
    const program = startTiny('convnext');
    const batch = batchOf(program.spec, 4, 1);
    const labelled = [0, 1].map(
      (t) => [...batch.labels].filter((label, i) => i % 2 === t && label >= 0).length,
    );
    const output = program.trainStep({ ...batch, ...optimizer() });
    expect(output.counts).toEqual(labelled);
    expect(output.losses.reduce((a, b) => a + b) / 4).toBeCloseTo(output.loss, 5);
    output.correct.forEach((hits, t) => expect(hits).toBeLessThanOrEqual(labelled[t]!));
    program.dispose();
  });

  it('of the head alone leaves the body and moves its statistics', () => {
    const program = startTiny('resnet', { trainHead: true });
    const before = program.read();
    program.trainHead({ ...batchOf(program.spec, 4, 1), ...optimizer() });
    const after = program.read();
    const moved = [...after].filter(([name, values]) => relativeError(values, before.get(name)!) > 0);
    const names = new Set(moved.map(([name]) => name));
    expect([...names].filter((name) => !name.includes('running_'))).toEqual(['fc.weight', 'fc.bias']);
    expect(names.has('bn1.running_mean')).toBe(true);
    program.dispose();
  });

  it('refuses batches that it was not recorded for', () => {
    const program = startTiny('convnext');
    expect(() => program.trainStep({ ...batchOf(program.spec, 3, 1), ...optimizer() })).toThrow(
      '3 rows were given to a step recorded for 4',
    );
    const rates = { ...optimizer(), lr: Float32Array.of(1) };
    expect(() => program.trainStep({ ...batchOf(program.spec, 4, 1), ...rates })).toThrow(/learning rates/);
    program.dispose();
  });
});

describe('weights', () => {
  it('are drawn by seed, each parameter with its own stream', () => {
    const program = startTiny('convnext');
    const first = program.read();
    program.init(3);
    expect(relativeError(program.read().get('stem.0.weight')!, first.get('stem.0.weight')!)).toBe(0);
    program.init(4);
    expect(relativeError(program.read().get('stem.0.weight')!, first.get('stem.0.weight')!)).toBeGreaterThan(
      1,
    );
    const [a, b] = [0, 1].map((block) => first.get(`stages.1.blocks.${block}.mlp.fc1.weight`)!);
    expect(relativeError(a!, b!)).toBeGreaterThan(1);
    const deviation = Math.sqrt(a!.reduce((sum, value) => sum + value * value, 0) / a!.length);
    expect(deviation).toBeGreaterThan(0.018);
    expect(deviation).toBeLessThan(0.022);
    program.dispose();
  });

  it('that are loaded stay the caller’s own', () => {
    const program = startTiny('convnext');
    const values = program.read();
    const copy = new Map([...values].map(([name, array]) => [name, array.slice()]));
    program.load(values);
    program.trainStep({ ...batchOf(program.spec, 4, 1), ...optimizer() });
    for (const [name, array] of values) expect(relativeError(array, copy.get(name)!)).toBe(0);
    const bias = new Float32Array(5).fill(2);
    program.load(new Map([['head.fc.bias', bias]]));
    expect([...program.read().get('head.fc.bias')!]).toEqual([2, 2, 2, 2, 2]);
    expect(() => program.load(new Map([['no.such', bias]]))).toThrow('no.such');
    expect(() => program.load(new Map([['head.fc.weight', bias]]))).toThrow(/head.fc.weight.*5 values/);
    program.dispose();
  });

  it('and the optimizer’s state continue a run exactly', () => {
    const program = startTiny('convnext');
    const step = (p: Program, i: number) => p.trainStep({ ...batchOf(p.spec, 4, i), ...optimizer(i) });
    for (const i of [0, 1]) step(program, i);
    const [weights, state] = [program.read(), program.readState()];
    for (const i of [2, 3]) step(program, i);
    const expected = program.read();
    program.dispose();
    const resumed = Program.load(recordTiny('convnext'));
    resumed.load(weights);
    resumed.loadState(state);
    for (const i of [2, 3]) step(resumed, i);
    for (const [name, values] of resumed.read()) {
      expect(relativeError(values, expected.get(name)!), name).toBeLessThan(1e-6);
    }
    resumed.dispose();
  });
});

describe('evaluation', () => {
  it('of few rows equals that of many, and masks what has no label', () => {
    const program = startTiny('resnet');
    const batch = batchOf(program.spec, 5, 8);
    const full = program.evaluate(batch);
    const few = program.evaluate({
      pixels: batch.pixels.subarray(0, (2 * batch.pixels.length) / 5),
      transforms: batch.transforms.subarray(0, 16),
      lighting: batch.lighting.subarray(0, 4),
      labels: batch.labels.subarray(0, 4),
    });
    expect(full.logits).toHaveLength(25);
    expect(few.logits).toHaveLength(10);
    expect(relativeError(few.logits, full.logits.subarray(0, 10))).toBeLessThan(1e-6);
    batch.labels.forEach((label, i) => expect(full.loss[i] === 0).toBe(label < 0));
    expect(() => program.evaluate(batchOf(program.spec, 6, 1))).toThrow('6 rows');
    program.dispose();
  });

  it('takes float input too, and its gradients are those of eager code', () => {
    const program = startTiny('lite', { train: false, floatBatch: 2, targets: [3] });
    const { parameters, statistics, spec } = program.recorded;
    const values = program.read();
    const input = Float32Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => Math.sin(i * 1.7));
    const labels = Int32Array.of(2, 0);
    const { loss, gradients } = program.gradients({ input, labels });
    const logits = program.forward(input);
    const expected = tf.tidy(() => {
      const tensors = new Map<string, Tensor>(
        [...parameters, ...statistics].map(({ name, shape }) => [
          name,
          tf.tensor(values.get(name)!, [...shape]),
        ]),
      );
      const model = tinyModels.lite({ classes: 3, ...spec.size });
      const context = new EagerContext(false, { valueOf: ({ name }) => tensors.get(name)! });
      const x = tf.tensor(input, [2, 32, 32, 3]) as Tensor4D;
      const forward = () => model.head(model.backbone(x, context), context);
      const { value, grads } = tf.valueAndGrads(
        () => tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 3), forward()) as never,
      )(parameters.map(({ name }) => tensors.get(name)!));
      return [forward(), value, ...grads].map((tensor) => tensor.dataSync());
    }) as unknown as Float32Array[];
    expect(relativeError(logits, expected[0]!)).toBeLessThan(1e-5);
    expect(loss).toBeCloseTo(expected[1]![0]!, 5);
    parameters.forEach(({ name }, i) => {
      // ReLU6 bends: each-gradient.test.ts holds single parameters to 1e-5, where no value lies on a bend.
      expect(relativeError(gradients.get(name)!, expected[i + 2]!), name).toBeLessThan(1e-4);
    });
    program.dispose();
  });
});
