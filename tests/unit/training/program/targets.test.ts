import { describe, expect, it } from 'vitest';
import { fetchHash } from '../../../../src-main/graph/hash.ts';
import type { Program, TrainFeeds } from '../../../../src-main/training/program/index.ts';
import { relativeError } from '../../graph/record.ts';
import { EagerTwin } from './eager-twin.ts';
import { batchOf, optimizer, recordTiny, startTiny, stemApart } from './specs.ts';

const weights = [0.5, 3];
/** Picture 1 has no label of the second target, picture 2 none of the first, picture 3 none at all. */
const labels = Int32Array.of(2, 1, 0, -1, -1, 0, -1, -1);

/**
 * Loss, and its gradient with respect to the last layer's bias, written from the definition in double precision: the sum over
 * targets and labelled rows of w · cross-entropy, divided by the window's pictures. ConvNeXt computes the same in training and
 * in evaluation, so the logits are those of the step.
 */
function byHand(program: Program, batch: TrainFeeds): { loss: number; bias: number[] } {
  const { targets, labelSmoothing, targetWeights } = program.spec;
  const { logits } = program.evaluate(batch);
  const width = targets.reduce((a, b) => a + b);
  const bias = new Array<number>(width).fill(0);
  let loss = 0;
  for (let row = 0; row < logits.length / width; row++) {
    let start = 0;
    for (const [t, classes] of targets.entries()) {
      const scores = [...logits.subarray(row * width + start, row * width + start + classes)];
      const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
      const label = batch.labels[row * targets.length + t]!;
      const weight = targetWeights?.[t] ?? 1;
      for (const [c, score] of scores.entries()) {
        if (label < 0) continue;
        const truth = (c === label ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
        loss -= (weight * truth * (score - Math.log(sum))) / batch.lossScale;
        bias[start + c]! += (weight * (Math.exp(score) / sum - truth)) / batch.lossScale;
      }
      start += classes;
    }
  }
  return { loss, bias };
}

describe('several targets', () => {
  it.each<[string, { targetWeights?: number[] }]>([
    ['weighed', { targetWeights: weights }],
    ['not weighed', {}],
  ])('give the loss and the gradient of their definition, missing labels left out: %s', (_what, changes) => {
    const program = startTiny('convnext', { train: false, accumulate: true, ...changes });
    const batch = { ...batchOf(program.spec, 4, 1, 6), labels };
    const expected = byHand(program, batch);
    const output = program.trainMicro(batch);
    expect(output.loss).toBeCloseTo(expected.loss, 5);
    expect(output.counts).toEqual([2, 2]);
    const [own, weight = [1, 1]] = [output.losses, changes.targetWeights];
    expect((own[0]! * weight[0]! + own[1]! * weight[1]!) / 6).toBeCloseTo(output.loss, 5);
    expect(relativeError(program.accumulated().get('head.fc.bias')!, expected.bias)).toBeLessThan(1e-5);
    program.dispose();
  });

  it.each(['convnext', 'resnet', 'lite'] as const)(
    '%s: weighed, compiled and eager are the same',
    (family) => {
      const program = startTiny(family, { targetWeights: weights });
      const twin = new EagerTwin(program.recorded, stemApart, program.read());
      for (let step = 0; step < 3; step++) {
        const batch = { ...batchOf(program.spec, 4, step), labels };
        const { loss, gradients } = twin.gradients(batch);
        twin.apply(gradients, optimizer(step));
        expect(program.trainStep({ ...batch, ...optimizer(step) }).loss / loss).toBeCloseTo(1, 4);
      }
      for (const [name, values] of program.read()) {
        expect(relativeError(values, twin.values.get(name)!, 1e-2), name).toBeLessThan(5e-5);
      }
      program.dispose();
    },
  );

  it('learn nothing from a picture without any label', () => {
    const program = startTiny('convnext', { train: false, accumulate: true });
    const batch = { ...batchOf(program.spec, 4, 1), labels };
    const gradients = (pixels: Uint8Array): Map<string, Float32Array> => {
      program.resetOptimizer();
      program.trainMicro({ ...batch, pixels });
      return program.accumulated();
    };
    const before = gradients(batch.pixels);
    const changed = batch.pixels.map((value, i) =>
      i >= (batch.pixels.length * 3) / 4 ? 255 - value : value,
    );
    for (const [name, values] of gradients(changed)) expect(values, name).toEqual(before.get(name));
    program.dispose();
  });
});

describe('one target', () => {
  const alone = { targets: [3], accumulate: true, trainHead: true, floatBatch: 2 };

  it('has the graph of a program that knows of no weights', () => {
    const plain = recordTiny('resnet', alone);
    expect(recordTiny('resnet', { ...alone, targetWeights: [1] }).hash).toBe(plain.hash);
    expect(recordTiny('resnet', { ...alone, targetWeights: undefined }).hash).toBe(plain.hash);
    expect(recordTiny('resnet', { ...alone, targetWeights: [2] }).hash).not.toBe(plain.hash);
    expect(recordTiny('resnet', { targetWeights: [1, 1] }).hash).toBe(recordTiny('resnet').hash);
  });

  it('and several differ in the last layer and the loss alone', () => {
    const [one, two] = [[5], [3, 2]].map((targets) => recordTiny('resnet', { ...alone, targets }));
    expect(two!.parameters).toEqual(one!.parameters);
    // Evaluation's logits are the same computation; what is read of them is not.
    expect(fetchHash(two!.graph, 'eval')).toBe(fetchHash(one!.graph, 'eval'));
    expect(fetchHash(two!.graph, 'train')).not.toBe(fetchHash(one!.graph, 'train'));
  });
});
