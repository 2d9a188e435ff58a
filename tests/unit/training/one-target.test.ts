import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunConfig, runConfigSchema } from '../../../shared/records/run-config.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { prepareRun } from '../../../src-main/training/prepare.ts';
import type { RunHeader } from '../../../shared/records/run-record.ts';
import { smallDatasetOptions, temporaryFolder, writeSmallDataset } from './small-dataset.ts';

const dataset = join(temporaryFolder(), 'data');
beforeAll(() => writeSmallDataset(dataset, { train: 40, test: 3 }));

function configOf(settings: object): RunConfig {
  return runConfigSchema.parse({
    ...{ dataset, datasetOptions: smallDatasetOptions, arch: 'resnet18', size: { height: 32, width: 32 } },
    ...{ weights: 'none', batchSize: 8, seed: 7 },
    ...settings,
  });
}

async function prepare(settings: object): Promise<RunHeader> {
  const manifest = await inspectDataset(dataset, smallDatasetOptions);
  const { header } = await prepareRun({ runId: 'r', name: 'r', queue: null }, configOf(settings), manifest);
  return header;
}

describe('one target', () => {
  it('named, weighed 1 or left to default is the same run to the graph’s last node', async () => {
    const [usual, named, weighed, both] = await Promise.all([
      prepare({}),
      prepare({ targets: ['colour'] }),
      prepare({ targets: ['colour'], targetWeights: [1] }),
      prepare({ targets: ['colour', 'texture'] }),
    ]);
    expect(named!.graphHash).toBe(usual!.graphHash);
    expect(weighed!.graphHash).toBe(usual!.graphHash);
    expect(named!.config).toEqual(usual!.config);
    expect(both!.graphHash).not.toBe(usual!.graphHash);
    expect(both!.targets.map(({ name, classes }) => [name, classes.length])).toEqual([
      ['colour', 3],
      ['texture', 2],
    ]);
    // Five classes in the last layer instead of three.
    expect(both!.parameters - usual!.parameters).toBe(2 * (512 + 1));
  });

  it('and several keep the same pictures out: the hold-out depends on no target', async () => {
    const [colour, texture, both] = await Promise.all([
      prepare({ targets: ['colour'] }),
      prepare({ targets: ['texture'] }),
      prepare({ targets: ['texture', 'colour'] }),
    ]);
    expect(both!.counts).toEqual(colour!.counts);
    expect(both!.validHash).toBe(colour!.validHash);
    // A picture without its only label is not trained.
    expect(texture!.counts.train + texture!.counts.valid + texture!.counts.holdout).toBeLessThan(40);
  });

  it('and a weight too many is refused', async () => {
    await expect(prepare({ targets: ['colour', 'texture'], targetWeights: [1] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: '2 targets (colour, texture) and 1 weight (1) were given.',
    });
  });
});
