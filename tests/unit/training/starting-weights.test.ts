import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeSafetensors, float32Tensor } from '../../../shared/safetensors/index.ts';
import { type RecordedProgram, recordProgram } from '../../../src-main/training/program/index.ts';
import { matchStartingWeights, startingWeights } from '../../../src-main/training/starting-weights.ts';
import { encodeWeights } from '../../../src-main/training/weights-file.ts';
import { temporaryFolder } from './small-dataset.ts';

const path = join(temporaryFolder(), 'weights.safetensors');
let recorded: RecordedProgram;
let values: Map<string, Float32Array>;

/** ConvNeXt's head holds a normalisation, which is pretrained, beside the layer that is replaced. */
beforeAll(() => {
  recorded = recordProgram({
    ...{ arch: 'convnext_atto', targets: [3], labelSmoothing: 0, lrGroups: 1 },
    ...{ pixels: { height: 32, width: 32 }, size: { height: 32, width: 32 }, microBatch: 2, evalBatch: 2 },
    ...{ train: false, accumulate: false, trainHead: false, optimizer: { beta2: 0.99, epsilon: 1e-5 } },
    normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
  });
  values = new Map(
    recorded.parameters.map(({ name, shape }, p) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7 + p) % 13) - 6),
    ]),
  );
  writeFileSync(path, encodeWeights(recorded, values, { arch: 'convnext_atto' }));
});

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

describe('starting weights', () => {
  it('are none only where none are asked for', async () => {
    const { kind, file } = await startingWeights('tf_efficientnet_lite0', 'none');
    expect([kind, file]).toEqual(['scratch', null]);
    expect(matchStartingWeights(recorded, { file }).values.size).toBe(0);
  });

  it('never become none when they cannot be had', async () => {
    vi.stubEnv('GRANARY_CACHE', temporaryFolder());
    vi.stubEnv('HF_HUB_CACHE', temporaryFolder());
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(startingWeights('convnext_atto', 'auto')).rejects.toMatchObject({
      code: 'NO_NETWORK',
      fix: expect.stringContaining('--weights none') as string,
    });
    vi.unstubAllEnvs();
  });

  it('come from a file in timm’s layout and back, with a new head at zero', async () => {
    const weights = await startingWeights('convnext_atto', path);
    expect(weights.source).toBe(path);
    const matched = matchStartingWeights(recorded, weights);
    expect(matched.missing).toEqual(['head.fc.weight', 'head.fc.bias']);
    for (const { name } of recorded.parameters) {
      const start = matched.values.get(name);
      if (name === 'head.fc.weight') expect(start!.every((value) => value === 0)).toBe(true);
      // Whole arrays through `toEqual` take 20 s here.
      else if (name !== 'head.fc.bias')
        expect([name, isSame(start!, values.get(name)!)]).toEqual([name, true]);
    }
    expect(matched.values.has('head.norm.weight')).toBe(true);
  });

  it('are refused when the file is not there or belongs to another network', async () => {
    await expect(startingWeights('convnext_atto', `${path}.gone`)).rejects.toMatchObject({
      code: 'WEIGHTS_NOT_FOUND',
    });
    const file = new Map([['stem.0.weight', float32Tensor([1], Float32Array.of(1))]]);
    expect(() => matchStartingWeights(recorded, { file })).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_MISMATCH' }),
    );
  });
});

describe('weights file', () => {
  it('has timm’s shapes: outputs first, then inputs, then the kernel', async () => {
    const { file } = await startingWeights('convnext_atto', path);
    expect(file!.get('stem.0.weight')!.shape).toEqual([40, 3, 4, 4]);
    expect(file!.get('stages.0.blocks.0.conv_dw.weight')!.shape).toEqual([40, 1, 7, 7]);
    expect(file!.get('head.fc.weight')!.shape).toEqual([3, 320]);
    expect(decodeSafetensors(encodeWeights(recorded, values, {})).metadata).toEqual({ format: 'pt' });
  });
});
