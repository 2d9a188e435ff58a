import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SafeTensor, encodeSafetensors, float32Tensor } from '../../../shared/safetensors/index.ts';
import { timmShape } from '../../../src-main/models/weights.ts';
import { recordProgram } from '../../../src-main/training/program/index.ts';
import { run } from '../../../src-main/worker/jobs/check-weights.ts';

const context = { emit: () => undefined, signal: new AbortController().signal };
const size = { height: 64, width: 64 };

describe('check-weights', () => {
  let workspace: string;
  const file = (name: string): string => join(workspace, name);
  const ask = async (weights: string, arch = 'convnext_atto') =>
    (await run({ type: 'check-weights', workspace, questions: [{ arch, size, weights }] }, context))
      .problems[0];

  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), 'granary-check-weights-'));
    const { parameters } = recordProgram({
      ...{ arch: 'convnext_atto', targets: [7], pixels: size, size, microBatch: 1, evalBatch: 1 },
      ...{ train: false, accumulate: false, trainHead: false, labelSmoothing: 0, lrGroups: 1 },
      normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
      optimizer: { beta2: 0.999, epsilon: 1e-8 },
    });
    const tensors = new Map<string, SafeTensor>(
      parameters.map((spec) => {
        const shape = timmShape(spec);
        return [spec.name, float32Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)))];
      }),
    );
    const write = (name: string): void => {
      mkdirSync(dirname(file(name)), { recursive: true });
      writeFileSync(file(name), encodeSafetensors({ metadata: {}, tensors }));
    };
    write('whole.safetensors');
    write('runs/r1/weights.safetensors');
    tensors.delete('stages.1.blocks.0.norm.weight');
    tensors.set('stem.0.weight', float32Tensor([1, 2], new Float32Array(2)));
    write('partial.safetensors');
  });
  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  it('accepts a file and a run of the architecture, with other classes and at another size', async () => {
    expect(await ask(file('whole.safetensors'))).toBeNull();
    expect(await ask('run:r1')).toBeNull();
    expect(await ask('run:r1', 'convnext_atto.d2_in1k')).toBeNull();
  });

  it('names each parameter that is missing or has another shape', async () => {
    const problem = await ask(file('partial.safetensors'));
    expect(problem).toMatchObject({ code: 'WEIGHTS_MISMATCH' });
    expect(problem!.message).toContain('convnext_atto: ');
    expect(problem!.message).toContain('stages.1.blocks.0.norm.weight is missing');
    expect(problem!.message).toContain('stem.0.weight is [1, 2] and should be [40, 3, 4, 4]');
    expect(problem!.details).toHaveLength(2);
  });

  it.each([
    ['a larger sister', 'whole.safetensors', 'convnext_femto', 'WEIGHTS_MISMATCH'],
    ['a file that is not there', 'nothing.safetensors', 'convnext_atto', 'WEIGHTS_NOT_FOUND'],
  ])('refuses %s', async (_, name, arch, code) => {
    expect(await ask(file(name), arch)).toMatchObject({ code });
  });
});
