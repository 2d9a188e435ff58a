import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import type { Manifest } from '../../../shared/records/dataset.ts';
import { runConfigSchema } from '../../../shared/records/run-config.ts';
import type { EpochLog } from '../../../shared/records/run-record.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { checkpointPath } from '../../../src-main/runs/checkpoint-file.ts';
import {
  appendEpoch,
  createRunFolder,
  restoreEpochs,
  writeConfig,
  writeResult,
  writeSplit,
} from '../../../src-main/runs/run-writer.ts';
import { readRun } from '../../../src-main/runs/run-store.ts';
import { type Checkpoint, encodeCheckpoint } from '../../../src-main/training/checkpoint.ts';
import type { ResumePoint } from '../../../src-main/training/resume-point.ts';
import { checkDataset, readResumePoint } from '../../../src-main/worker/read-resume-point.ts';
import { trainRun } from '../../../src-main/training/train-run.ts';
import { exampleResult } from '../runs/example-run.ts';
import { smallDatasetOptions, temporaryFolder, writeSmallDataset } from './small-dataset.ts';

const scratch = temporaryFolder();
const [dataset, workspace] = [join(scratch, 'data'), join(scratch, 'workspace')];
let manifest: Manifest;
beforeAll(async () => {
  await writeSmallDataset(dataset, { train: 40, test: 0 });
  manifest = await inspectDataset(dataset, { ...smallDatasetOptions, testDir: null });
});

/**
 * Trains in this process, writing a run folder as the worker does. `cutAt`: the step after which it is cancelled. Dropout,
 * stochastic depth, augmentation and batch normalisation are on: all that draws or remembers while it trains.
 */
async function train(runId: string, settings: object = {}, cutAt = Infinity, resume = false) {
  const config = runConfigSchema.parse({
    ...{ dataset, datasetOptions: { ...smallDatasetOptions, testDir: null }, arch: 'tf_efficientnet_lite0' },
    ...{ size: { height: 32, width: 32 }, presize: { height: 32, width: 32 }, weights: 'none', seed: 7 },
    ...{ frozenEpochs: 0, epochs: 2, batchSize: 8, lr: 5e-4, ttaViews: 1, dropPath: 0.2, dropout: 0.2 },
    ...{ checkpointMinutes: 1e-9, deterministic: true, ...settings },
  });
  const folder = createRunFolder(workspace, runId);
  const point = resume ? await readResumePoint(folder, runId) : null;
  const settled = point === null ? config : { ...point.header.config, accum: config.accum };
  const stop = new AbortController();
  const steps: Extract<WorkerEvent, { type: 'step' }>[] = [];
  let done = point === null ? 0 : point.checkpoint.steps.compiled;
  const keep = (checkpoint: Checkpoint): void => {
    writeFileSync(checkpointPath(folder), Buffer.concat(encodeCheckpoint(checkpoint)));
    done += 1;
    if (done >= cutAt) stop.abort();
  };
  const output = await trainRun(
    { runId, name: runId, queue: null },
    settled,
    manifest,
    {
      workspace,
      signal: stop.signal,
      card: { peakMb: () => null },
      desk: {
        started(header, { train, valid }) {
          restoreEpochs(folder, point?.epochs ?? []);
          writeSplit(folder, { train, valid });
          writeConfig(folder, header);
          mkdirSync(join(folder, 'checkpoint'), { recursive: true });
        },
        keep,
        epochDone(log, checkpoint) {
          keep(checkpoint);
          appendEpoch(folder, log);
        },
        tell: (event) => void (event.type === 'step' && steps.push(event)),
      },
    },
    point,
  ).catch((error: { code?: string }) => {
    if (error.code !== 'CANCELLED') throw error;
    return null;
  });
  return { output, steps, folder };
}

/** All that two equal runs must share to the last bit; times apart. */
async function bitsOf(runId: string, { output }: Awaited<ReturnType<typeof train>>) {
  const epochs = (await readRun(workspace, runId)).epochs.map((log: EpochLog) => {
    const {
      time: _time,
      trainSeconds: _t,
      validSeconds: _v,
      imagesPerSecond: _i,
      peakRssMb: _m,
      ...rest
    } = log;
    return rest;
  });
  const { sets, result, weights } = output!;
  const { valid, holdout, best, compiledSteps } = result;
  // The file's header names the run.
  const header = 8 + Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
  return {
    ...{ epochs, sets, valid, holdout, best, compiledSteps },
    weights: Buffer.from(weights.subarray(header)).toString('base64'),
  };
}

describe('going on with a run', { timeout: 300_000 }, () => {
  let undisturbed: Awaited<ReturnType<typeof bitsOf>>;
  beforeAll(async () => {
    undisturbed = await bitsOf('undisturbed', await train('undisturbed'));
  }, 300_000);

  it('two undisturbed runs give the same bits', async () => {
    const second = await train('second', { checkpointMinutes: 0 });
    expect(await bitsOf('second', second)).toEqual(undisturbed);
  });

  it('gives the bits of an undisturbed run after a stop in the middle of an epoch, and again in the next', async () => {
    const { stepsPerEpoch } = (await readRun(workspace, 'undisturbed')).header!;
    expect(stepsPerEpoch).toBeGreaterThan(2);
    expect((await train('middle', {}, 2)).output).toBeNull();
    for (const copy of ['halved', 'changed'])
      cpSync(join(workspace, 'runs', 'middle'), join(workspace, 'runs', copy), { recursive: true });
    expect((await readResumePoint(join(workspace, 'runs', 'middle'), 'middle'))!.checkpoint).toMatchObject({
      epoch: 0,
      inProgress: { windows: 2, images: 16 },
    });
    expect((await train('middle', {}, stepsPerEpoch + 1, true)).output).toBeNull();
    // As when the machine stopped after the checkpoint and before the epoch's line: it is in the checkpoint, too.
    writeFileSync(join(workspace, 'runs', 'middle', 'epochs.jsonl'), '');
    const end = await train('middle', {}, Infinity, true);
    expect(await bitsOf('middle', end)).toEqual(undisturbed);
    // Steps are counted on.
    expect(end.steps.at(-1)).toMatchObject({ step: 2 * stepsPerEpoch, totalSteps: 2 * stepsPerEpoch });
    expect(end.output!.result.epochs).toBe(2);
  });

  it('gives them after a stop between two epochs; a line that the checkpoint does not cover goes', async () => {
    expect((await train('between', { checkpointMinutes: 0 }, 1)).output).toBeNull();
    const path = join(workspace, 'runs', 'between', 'epochs.jsonl');
    writeFileSync(
      path,
      readFileSync(path, 'utf8') + readFileSync(path, 'utf8').replace('"epoch":1', '"epoch":2'),
    );
    const end = await train('between', { checkpointMinutes: 0 }, Infinity, true);
    expect(await bitsOf('between', end)).toEqual(undisturbed);
  });

  it('gives them after a stop in a frozen epoch, before which a step with all layers is tried each time', async () => {
    const weights = join(scratch, 'start.safetensors');
    const { output } = await train('before', { epochs: 1 });
    writeFileSync(weights, output!.weights);
    const settings = { weights, frozenEpochs: 1, epochs: 1 };
    const whole = await bitsOf('frozen', await train('frozen', settings));
    await train('frozen-cut', settings, 2);
    expect(await bitsOf('frozen-cut', await train('frozen-cut', settings, Infinity, true))).toEqual(whole);
  });

  it('gives them in half precision, too', async () => {
    const settings = { precision: 'bfloat16' };
    const whole = await bitsOf('half', await train('half', settings));
    await train('half-cut', settings, 2);
    expect(await bitsOf('half-cut', await train('half-cut', settings, Infinity, true))).toEqual(whole);
    expect(whole.weights).not.toBe(undisturbed.weights);
  });

  it('takes another micro-batch, with the effective batch as it was', async () => {
    const { output } = await train('halved', { accum: 2 }, Infinity, true);
    expect(output!.result.epochs).toBe(2);
    const { header, epochs } = await readRun(workspace, 'halved');
    expect(header).toMatchObject({ microBatch: 4, config: { accum: 2, batchSize: 8 } });
    expect(header!.warnings.some((text) => text.includes('micro-batches of 4'))).toBe(true);
    expect(epochs.map(({ step }) => step)).toEqual(undisturbed.epochs.map(({ step }) => step));
  });

  it('is refused for a finished run, another setting, another dataset and damaged files', async () => {
    const folder = join(workspace, 'runs', 'changed');
    const read = (): Promise<ResumePoint | null> => readResumePoint(folder, 'changed');
    const changed = { ...manifest, hash: 'f'.repeat(64) };
    expect(() =>
      checkDataset(
        { ...({} as ResumePoint), checkpoint: { datasetHash: 'e', config: {} } as Checkpoint },
        changed,
      ),
    ).toThrow(expect.objectContaining({ code: 'DATASET_CHANGED', fix: expect.stringContaining('--again') }));
    checkDataset((await read())!, manifest);

    const config = join(folder, 'config.json');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace('"lr": 0.0005', '"lr": 0.5'));
    await expect(read()).rejects.toMatchObject({
      code: 'RUN_CHANGED',
      message: expect.stringMatching(/lr .* 0\.0005 .* 0\.5 /),
    });
    writeFileSync(config, text.replace('"accum": 1', '"accum": 4'));
    expect((await read())!.header.config.accum).toBe(4);
    writeFileSync(config, '{');
    await expect(read()).rejects.toMatchObject({ code: 'RUN_CORRUPT' });
    writeFileSync(config, text);

    const checkpoint = readFileSync(checkpointPath(folder));
    writeFileSync(checkpointPath(folder), checkpoint.subarray(0, 5000));
    await expect(read()).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
    writeFileSync(checkpointPath(folder), checkpoint);

    writeResult(folder, exampleResult());
    await expect(read()).rejects.toMatchObject({
      code: 'RUN_FINISHED',
      fix: expect.stringContaining('--again'),
    });
    expect(await readResumePoint(join(workspace, 'runs', 'nobody'), 'nobody')).toBeNull();
  });
});
