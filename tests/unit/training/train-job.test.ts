import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import { crossEntropy, errorRate, exactMatch } from '../../../shared/metrics/index.ts';
import { type RunConfig, runConfigSchema } from '../../../shared/records/run-config.ts';
import { decodeSafetensors, float32Values } from '../../../shared/safetensors/index.ts';
import { splitSchema } from '../../../shared/records/dataset.ts';
import { readPredictions } from '../../../src-main/runs/predictions.ts';
import { readRun } from '../../../src-main/runs/run-store.ts';
import { type RunningJob, startJob } from '../../../src-main/scheduler/supervisor.ts';
import { smallDatasetOptions, temporaryFolder, writeSmallDataset } from './small-dataset.ts';

const scratch = temporaryFolder();
const [dataset, workspace] = [join(scratch, 'data'), join(scratch, 'workspace')];
beforeAll(() => writeSmallDataset(dataset, { train: 70, test: 9 }));

const ARCH = 'tf_efficientnet_lite0';
type StepEvent = Extract<WorkerEvent, { type: 'step' }>;

function configOf(settings: object): RunConfig {
  return runConfigSchema.parse({
    ...{ dataset, datasetOptions: smallDatasetOptions, arch: ARCH, size: { height: 32, width: 32 } },
    ...{ targets: ['colour', 'texture'], weights: 'none', frozenEpochs: 0, batchSize: 8, lr: 5e-4, seed: 7 },
    ...settings,
  });
}

function start(runId: string, settings: object, onEvent: (event: WorkerEvent) => void = () => undefined) {
  const config = configOf(settings);
  return startJob({ type: 'train', workspace, runId, name: runId, queue: null, config }, onEvent);
}

const folderOf = (runId: string): string => join(workspace, 'runs', runId);
const weightsOf = (runId: string): string => join(folderOf(runId), 'weights.safetensors');
const tensorsOf = (path: string) => decodeSafetensors(readFileSync(path)).tensors;

/** Losses and errors of every epoch: what two equal runs must share to the last bit. */
const figures = async (runId: string) =>
  (await readRun(workspace, runId)).epochs.map(({ trainLoss, validLoss, targets, lr, step }) => ({
    ...{ trainLoss, validLoss, targets, lr, step },
  }));

describe('the train job', { timeout: 300_000 }, () => {
  const events: WorkerEvent[] = [];
  beforeAll(async () => {
    const settings = { epochs: 3, labelSmoothing: 0.1, ttaViews: 2 };
    await start('first', settings, (event) => events.push(event)).result;
  }, 300_000);

  it('leaves a whole run folder, with every epoch and no checkpoint', async () => {
    const run = await readRun(workspace, 'first');
    expect(run).toMatchObject({ state: 'finished', problem: null });
    expect(run.epochs.map(({ epoch, phase }) => [epoch, phase])).toEqual([
      [1, 'full'],
      [2, 'full'],
      [3, 'full'],
    ]);
    const { header, result } = run;
    expect(header!.counts.train + header!.counts.valid + header!.counts.holdout).toBe(70);
    expect(header).toMatchObject({ counts: { test: 9 }, microBatch: 8, weights: { missing: [] } });
    expect(header!.config.presize).toEqual({ height: 48, width: 48 });
    const steps = 3 * Math.ceil(header!.counts.train / 8);
    expect(result).toMatchObject({ status: 'finished', compiledSteps: steps, eagerSteps: 0, epochs: 3 });
    expect(existsSync(join(folderOf('first'), 'checkpoint'))).toBe(false);
  });

  it('predicts a file as it stored it, whatever is predicted beside it, and says what it cannot read', async () => {
    const { sets, targets } = await readPredictions(folderOf('first'));
    const ids = sets.holdout!.ids;
    const bad = join(scratch, 'bad.jpg');
    writeFileSync(bad, 'no picture');
    const pictures = [bad, ...[...ids].reverse().map((id) => join(dataset, 'train', id))];
    const ask = (paths: string[], tta: boolean) =>
      startJob({
        ...{ type: 'predict', workspace, source: 'first', members: [{ run: 'first', weight: 1 }] },
        ...{ targets: null, pictures: paths, tta, top: 99 },
      } as const).result;
    const report = await ask(pictures, false);
    expect(report.pictures[0]).toMatchObject({
      ok: false,
      name: 'bad.jpg',
      reason: 'bad.jpg is no picture.',
    });
    let largest = 0;
    for (const predicted of report.pictures.slice(1)) {
      if (!predicted.ok) throw new Error(predicted.reason);
      const row = ids.indexOf(predicted.name);
      targets.forEach(({ classes }, t) => {
        expect(predicted.top[t]!.length).toBe(classes.length);
        for (const { label, probability } of predicted.top[t]!) {
          const stored = sets.holdout!.plain[t]![row * classes.length + classes.indexOf(label)]!;
          largest = Math.max(largest, Math.abs(probability - stored));
        }
      });
    }
    expect(report.pictures.length).toBe(ids.length + 1);
    expect(largest).toBeLessThan(1e-5);

    const together = await ask(pictures.slice(1), true);
    const alone = await ask([pictures[2]!], true);
    const top = (one: (typeof together.pictures)[number]) => (one.ok ? one.top[0]! : []);
    for (const { label, probability } of top(alone.pictures[0]!))
      expect(top(together.pictures[1]!).find((c) => c.label === label)!.probability).toBeCloseTo(
        probability,
        5,
      );
    expect(top(together.pictures[1]!)).not.toEqual(top(report.pictures[2]!));
  });

  it('says where it is: config before the first step, at most ten steps a second, each epoch', () => {
    const types = events.map((event) => event.type);
    expect(types.indexOf('run-started')).toBeLessThan(types.indexOf('step'));
    const steps = events.filter((event): event is StepEvent => event.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([...steps.map(({ step }) => step)].sort((a, b) => a - b));
    expect(steps.at(-1)!.step).toBe(steps.at(-1)!.totalSteps);
    for (const { loss, lr, imagesPerSecond, etaSeconds } of steps) {
      expect(loss).toBeGreaterThan(0);
      expect(lr).toBeGreaterThan(0);
      expect(imagesPerSecond).toBeGreaterThan(0);
      if (etaSeconds !== null) expect(etaSeconds).toBeGreaterThanOrEqual(0);
    }
    expect(steps.at(-1)!.etaSeconds).not.toBeNull();
    expect(events.filter((event) => event.type === 'epoch')).toHaveLength(3);
    const { counts } = events.find((event) => event.type === 'run-started')!.header;
    const looks = 3 * (counts.valid + counts.holdout + counts.test);
    const predicting = events.filter((event) => event.type === 'progress' && event.stage === 'predicting');
    expect(predicting.at(-1)).toMatchObject({ done: looks, total: looks, unit: 'pictures' });
  });

  it('learns: the training loss falls', async () => {
    const [first, , last] = (await readRun(workspace, 'first')).epochs;
    expect(last!.trainLoss).toBeLessThan(first!.trainLoss);
    expect(last!.targets.map(({ name }) => name)).toEqual(['colour', 'texture']);
    for (const { trainLoss, validLoss, targets } of [first!, last!]) {
      const sum = (values: (number | null)[]): number => values.reduce<number>((a, b) => a + b!, 0);
      expect(trainLoss).toBeCloseTo(sum(targets.map((target) => target.trainLoss)), 6);
      expect(validLoss).toBeCloseTo(sum(targets.map((target) => target.validLoss)), 6);
      for (const { trainErrorRate } of targets) {
        expect(trainErrorRate).toBeGreaterThanOrEqual(0);
        expect(trainErrorRate).toBeLessThanOrEqual(1);
      }
    }
  });

  it('keeps probabilities by image id, and its figures are those of the probabilities', async () => {
    const { result } = await readRun(workspace, 'first');
    const split = splitSchema.parse(JSON.parse(readFileSync(join(folderOf('first'), 'split.json'), 'utf8')));
    const { sets, targets } = await readPredictions(folderOf('first'));
    expect(sets.valid!.ids).toEqual(split.valid);
    expect([...sets.test!.ids].sort()).toEqual(Array.from({ length: 9 }, (_, i) => `test-${i}.png`).sort());
    expect(sets.test!.labels).toBeNull();
    expect(split.train.some((id) => sets.holdout!.ids.includes(id) || split.valid.includes(id))).toBe(false);
    if (result?.status !== 'finished') throw new Error('The run did not finish.');
    targets.forEach(({ name, classes }, t) => {
      for (const set of [sets.valid!, sets.holdout!, sets.test!]) {
        for (const table of [set.plain[t]!, set.tta![t]!]) {
          for (let row = 0; row < set.ids.length; row++) {
            const sum = table
              .subarray(row * classes.length, (row + 1) * classes.length)
              .reduce((a, b) => a + b);
            expect(sum).toBeCloseTo(1, 5);
          }
        }
      }
      const rows = { labels: sets.valid!.labels![t]!, classes: classes.length };
      const plain = { ...rows, probabilities: sets.valid!.plain[t]! };
      const tta = { ...rows, probabilities: sets.valid!.tta![t]! };
      expect(result.valid[t]).toMatchObject({
        target: name,
        images: rows.labels.filter((label) => label >= 0).length,
        loss: expect.closeTo(crossEntropy(plain), 6),
        errorRate: errorRate(plain),
        ttaLoss: expect.closeTo(crossEntropy(tta), 6),
        ttaErrorRate: errorRate(tta),
      });
    });
    const together = (set: 'valid' | 'holdout', tables: 'plain' | 'tta') =>
      exactMatch(
        targets.map(({ classes }, t) => ({
          probabilities: sets[set]![tables]![t]!,
          labels: sets[set]!.labels![t]!,
          classes: classes.length,
        })),
      )!;
    for (const set of ['valid', 'holdout'] as const) {
      expect(result.exactMatch![set]).toEqual({
        ...together(set, 'plain'),
        ttaErrorRate: together(set, 'tta').errorRate,
      });
    }
    // Every seventh texture is missing.
    expect(result.exactMatch!.valid!.images).toBeLessThan(sets.valid!.ids.length);
    const names = [...tensorsOf(weightsOf('first')).keys()];
    expect(names).toContain('blocks.0.0.conv_dw.weight');
    expect(tensorsOf(weightsOf('first')).get('classifier.weight')!.shape).toEqual([5, 1280]);
  });

  it('gives the same numbers for the same seed', async () => {
    await start('second', { epochs: 3, labelSmoothing: 0.1, ttaViews: 2 }).result;
    expect(await figures('second')).toEqual(await figures('first'));
    expect(await readPredictions(folderOf('second'))).toEqual(await readPredictions(folderOf('first')));
  });

  it('moves the head alone in a frozen epoch, accumulating too, and starts from a file', async () => {
    const starting = { weights: weightsOf('first'), frozenEpochs: 1, epochs: 0 };
    const settings = { ...starting, accum: 2, ttaViews: 0, targetWeights: [1, 0.5] };
    const job = start('frozen', settings);
    const { result } = await job.result;
    expect(result).toMatchObject({ status: 'finished', eagerSteps: 0, epochs: 1 });
    const { epochs, header } = await readRun(workspace, 'frozen');
    expect(epochs[0]!.phase).toBe('frozen');
    const [colour, texture] = epochs[0]!.targets;
    expect(epochs[0]!.trainLoss).toBeCloseTo(colour!.trainLoss! + 0.5 * texture!.trainLoss!, 6);
    expect(epochs[0]!.validLoss).toBeCloseTo(colour!.validLoss + 0.5 * texture!.validLoss, 6);
    expect(header!.config.targetWeights).toEqual([1, 0.5]);
    expect(header!.warnings).toEqual([expect.stringContaining('normalises over batches')]);
    expect(header!.weights.missing).toEqual(['classifier.weight', 'classifier.bias']);
    const [before, after] = [tensorsOf(weightsOf('first')), tensorsOf(weightsOf('frozen'))];
    for (const [name, tensor] of before) {
      const same = Buffer.compare(tensor.data, after.get(name)!.data) === 0;
      // The statistics of batch normalisation follow the pictures, as in fastai; all else of the body stays.
      const moves = name.startsWith('classifier.') || name.includes('.running_');
      expect([name, same]).toEqual([name, moves ? same : true]);
    }
    expect(float32Values(after.get('classifier.weight')!).some((value) => value !== 0)).toBe(true);
  });

  it('stops between two steps when it is cancelled, and says so in its folder', async () => {
    const job: RunningJob<'train'> = start('cancelled', { epochs: 50 }, (event) => {
      if (event.type === 'step') job.stop();
    });
    await expect(job.result).rejects.toMatchObject({ code: 'CANCELLED' });
    const run = await readRun(workspace, 'cancelled');
    expect(run).toMatchObject({ state: 'cancelled', result: { status: 'cancelled' } });
    expect(run.epochs.length).toBeLessThan(50);
  });

  it('ends with a clear error when the loss is no number any more', async () => {
    const job = start('diverged', { epochs: 3, lr: 1e30 });
    await expect(job.result).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      fix: expect.stringMatching(/--lr/),
    });
    expect(await readRun(workspace, 'diverged')).toMatchObject({ state: 'failed', problem: null });
  });

  it('leaves no run behind where the config cannot be met', async () => {
    const job = start('uneven', { batchSize: 8, accum: 3 });
    await expect(job.result).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(existsSync(folderOf('uneven'))).toBe(false);
  });
});
