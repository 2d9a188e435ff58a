import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../shared/records/dataset.ts';
import type { EpochLog, RunHeader } from '../../../shared/records/run-record.ts';
import { runConfigSchema } from '../../../shared/records/run-config.ts';
import { decodeSafetensors, float32Values } from '../../../shared/safetensors/index.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import type { Checkpoint } from '../../../src-main/training/checkpoint.ts';
import { prepareRun } from '../../../src-main/training/prepare.ts';
import type { ResumePoint } from '../../../src-main/training/resume-point.ts';
import { resumedWarnings } from '../../../src-main/training/resumed-warnings.ts';
import { trainRun } from '../../../src-main/training/train-run.ts';
import { smallDatasetOptions, temporaryFolder, writeSmallDataset } from './small-dataset.ts';

const scratch = temporaryFolder();
const dataset = join(scratch, 'data');
let manifest: Manifest;
beforeAll(async () => {
  await writeSmallDataset(dataset, { train: 34, test: 0 });
  manifest = await inspectDataset(dataset, { ...smallDatasetOptions, testDir: null });
});

/** Trains in this process. ConvNeXt normalises over layers, so a batch may be cut up without changing what it means. */
async function train(settings: object) {
  const epochs: EpochLog[] = [];
  const checkpoints: Checkpoint[] = [];
  let header: RunHeader | undefined;
  const config = runConfigSchema.parse({
    ...{ dataset, arch: 'convnext_atto', size: { height: 32, width: 32 }, weights: 'none', seed: 5 },
    ...{ frozenEpochs: 0, epochs: 2, batchSize: 8, lr: 1e-3, ttaViews: 0, holdout: false },
    ...settings,
  });
  const identity = { runId: 'run', name: 'run', queue: null };
  const output = await trainRun(identity, config, manifest, {
    workspace: join(scratch, 'workspace'),
    card: { peakMb: () => null },
    signal: new AbortController().signal,
    desk: {
      started: (given) => (header = given),
      keep: () => undefined,
      epochDone: (log, checkpoint) => {
        epochs.push(log);
        checkpoints.push(checkpoint);
      },
      tell: () => undefined,
    },
  });
  return { ...output, epochs, checkpoints, header: header! };
}

describe('gradient accumulation', { timeout: 300_000 }, () => {
  it('gives the whole batch’s numbers without batch normalisation, the partial window included', async () => {
    const whole = await train({});
    const cut = await train({ accum: 4 });
    expect(cut.header).toMatchObject({ microBatch: 2, stepsPerEpoch: whole.header.stepsPerEpoch });
    expect(cut.header.warnings).toEqual(whole.header.warnings);
    // Windows of 8, 8, 8 and 3, the last one of micro-batches 2 and 1.
    expect(whole.header.counts.train).toBe(27);
    cut.epochs.forEach((epoch, i) => {
      expect(epoch.trainLoss).toBeCloseTo(whole.epochs[i]!.trainLoss, 4);
      expect(epoch.validLoss).toBeCloseTo(whole.epochs[i]!.validLoss, 4);
    });
    expect(cut.result).toMatchObject({ eagerSteps: 0, compiledSteps: whole.result.compiledSteps });
    const [one, other] = [whole, cut].map(({ weights }) => decodeSafetensors(weights).tensors);
    for (const [name, tensor] of one!) {
      const values = float32Values(other!.get(name)!);
      const largest = float32Values(tensor).reduce(
        (worst, value, i) => Math.max(worst, Math.abs(value - values[i]!)),
        0,
      );
      // Adam makes a gradient that is nearly zero into a step of either sign; the bound is a few of its steps.
      expect([name, largest < 2e-4]).toEqual([name, true]);
    }
  });

  it('warns once, in the record, where normalising over batches makes it another result', async () => {
    const config = runConfigSchema.parse({
      ...{ dataset, arch: 'resnet18', size: { height: 32, width: 32 }, weights: 'none', seed: 5 },
      ...{ batchSize: 8, accum: 4, ttaViews: 0, holdout: false },
    });
    const identity = { runId: 'run', name: 'run', queue: null };
    const { header } = await prepareRun(identity, config, manifest);
    const told = header.warnings.filter((warning) => warning.includes('normalises over batches'));
    expect(told).toEqual([expect.stringContaining('not that of a whole batch of 8')]);
    // It goes on in smaller micro-batches, for want of memory.
    const again = await prepareRun(identity, { ...config, accum: 8 }, manifest);
    const checkpoint = { config, graphHash: header.graphHash } as Checkpoint;
    const point = { header, checkpoint } as ResumePoint;
    const { warnings, graphHash } = again.header;
    expect(resumedWarnings(point, warnings, again.config, graphHash)).toEqual([
      ...header.warnings,
      expect.stringContaining('goes on in micro-batches of 1. The effective batch stays 8.'),
    ]);
  });

  it('leaves a checkpoint that holds weights, optimizer and place', async () => {
    const { checkpoints, header, epochs } = await train({ epochs: 1, accum: 2 });
    expect(checkpoints).toHaveLength(1);
    const [{ weights, optimizer, ...rest }] = checkpoints as [Checkpoint];
    expect(rest).toEqual({
      runId: 'run',
      config: header.config,
      datasetHash: header.datasetHash,
      graphHash: header.graphHash,
      epoch: 1,
      lastEpoch: epochs[0],
      inProgress: null,
      steps: { compiled: epochs[0]!.step, eager: 0 },
      seconds: expect.any(Number),
    });
    expect(optimizer.steps).toEqual({ body: epochs[0]!.step, head: epochs[0]!.step });
    const moment = optimizer.moments.get('moment2/head.fc.weight')!;
    expect(moment.length).toBe(weights.get('head.fc.weight')!.length);
    expect(moment.some((value) => value > 0)).toBe(true);
  });
});
