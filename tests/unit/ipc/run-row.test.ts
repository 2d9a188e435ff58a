import { describe, expect, it } from 'vitest';
import { runRowSchema } from '../../../shared/ipc/views.ts';
import {
  type EpochLog,
  type RunResult,
  type RunSummary,
  runHeaderSchema,
} from '../../../shared/records/run-record.ts';
import { runRow } from '../../../src-main/ipc/run-row.ts';

const header = runHeaderSchema.parse({
  version: 1,
  id: 'r1',
  name: 'resnet18 crop 64',
  queue: null,
  created: '2026-11-23T21:00:00.000Z',
  config: {
    dataset: '/d',
    arch: 'resnet18',
    size: { height: 64, width: 64 },
    resize: 'crop',
    epochs: 3,
    frozenEpochs: 1,
    seed: 1,
  },
  datasetHash: 'h',
  datasetName: 'd',
  targets: [{ name: 'label', classes: ['a', 'b'] }],
  counts: { train: 80, valid: 20, holdout: 10, test: 0 },
  validHash: 'v',
  microBatch: 64,
  stepsPerEpoch: 2,
  graphHash: 'g',
  parameters: 11,
  weights: { source: 'none', missing: [], unexpected: [] },
  warnings: [],
  versions: { granary: '0.1.0', node: '20', tensorflow: '2.21' },
  device: 'CPU',
});

const epoch = (number: number, errorRate: number): EpochLog => ({
  version: 1,
  epoch: number,
  phase: 'full',
  trainLoss: 1,
  validLoss: 0.5 + errorRate,
  errorRate,
  targets: [{ name: 'label', trainLoss: 1, validLoss: 0.5 + errorRate, errorRate }],
  lr: 0.001,
  step: number * 2,
  trainSeconds: 3,
  validSeconds: 1,
  imagesPerSecond: 20,
  peakRssMb: 300,
  time: '2026-11-23T21:00:10.000Z',
});

const finished: RunResult = {
  version: 1,
  status: 'finished',
  valid: [{ target: 'label', images: 20, loss: 0.61, errorRate: 0.1, ttaLoss: 0.6, ttaErrorRate: 0.05 }],
  holdout: [{ target: 'label', images: 10, loss: 0.7, errorRate: 0.2, ttaLoss: 0.69, ttaErrorRate: 0.1 }],
  best: { epoch: 2, errorRate: 0.08 },
  epochs: 4,
  compiledSteps: 8,
  eagerSteps: 0,
  seconds: 21,
  peakRssMb: 300,
  finished: '2026-11-23T21:01:00.000Z',
};

const run = (more: Partial<RunSummary>): RunSummary => ({
  id: 'r1',
  state: 'running',
  header,
  epochs: [],
  result: null,
  problem: null,
  ...more,
});

describe('runRow', () => {
  it('shows the newest epoch of a run that goes on, and its best', () => {
    const row = runRow(run({ epochs: [epoch(1, 0.4), epoch(2, 0.25), epoch(3, 0.3)] }));
    expect(runRowSchema.parse(row)).toMatchObject({
      errorRate: 0.3,
      bestErrorRate: 0.25,
      validLoss: 0.8,
      epochsDone: 3,
      epochsPlanned: 4,
      seconds: 12,
      ttaErrorRate: null,
    });
  });

  it("shows the result's own figures once there is one", () => {
    expect(runRow(run({ state: 'finished', epochs: [epoch(1, 0.4)], result: finished }))).toMatchObject({
      errorRate: 0.1,
      bestErrorRate: 0.08,
      ttaErrorRate: 0.05,
      holdoutErrorRate: 0.2,
      validLoss: 0.61,
      seconds: 21,
    });
  });

  it('says why a run failed, and shows one that cannot be read', () => {
    const failed = runRow(
      run({
        state: 'failed',
        result: {
          version: 1,
          status: 'failed',
          error: { code: 'TRAINING_DIVERGED', message: 'The loss is not a number.' },
          finished: '',
        },
      }),
    );
    expect(failed.problem).toBe('The loss is not a number.');
    const broken = runRow(run({ state: 'unreadable', header: null, problem: 'config.json is not JSON.' }));
    expect(runRowSchema.parse(broken)).toMatchObject({
      name: 'r1',
      arch: null,
      errorRate: null,
      epochsPlanned: null,
    });
    expect(broken.problem).toBe('config.json is not JSON.');
  });
});
