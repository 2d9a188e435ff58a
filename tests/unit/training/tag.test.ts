import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../shared/records/dataset.ts';
import { runConfigSchema } from '../../../shared/records/run-config.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { prepareRun } from '../../../src-main/training/prepare.ts';
import { smallDatasetOptions, temporaryFolder, writeSmallDataset } from './small-dataset.ts';

const dataset = join(temporaryFolder(), 'data');
let manifest: Manifest;
beforeAll(async () => {
  await writeSmallDataset(dataset, { train: 20, test: 0 });
  manifest = await inspectDataset(dataset, { ...smallDatasetOptions, testDir: null });
});

async function prepare(arch: string) {
  const config = runConfigSchema.parse({
    ...{ dataset, arch, size: { height: 32, width: 32 }, weights: 'none', seed: 5, batchSize: 4, epochs: 1 },
    holdout: false,
  });
  return prepareRun({ runId: 'r', name: 'r', queue: null }, config, manifest);
}

describe('an architecture’s tag', () => {
  it('decides what pixels are normalised by, and the run remembers it', async () => {
    const plain = await prepare('mobilenetv3_large_100');
    const tagged = await prepare('mobilenetv3_large_100.miil_in21k_ft_in1k');
    expect(plain.recorded.spec.normalise).toEqual({
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    expect(tagged.recorded.spec.normalise).toEqual({ mean: [0, 0, 0], std: [1, 1, 1] });
    expect(tagged.header.config.arch).toBe('mobilenetv3_large_100.miil_in21k_ft_in1k');
    expect(tagged.recorded.hash).not.toBe(plain.recorded.hash);
  });

  it('must be one that there is', async () => {
    await expect(prepare('resnet18.in21k')).rejects.toMatchObject({ code: 'ARCH_UNKNOWN' });
  });
});
