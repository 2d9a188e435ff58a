import { describe, expect, it } from 'vitest';
import { type RunRow, runRowSchema } from '../../../shared/ipc/views.ts';
import { emptyNotes } from '../../../shared/records/run-notes.ts';
import {
  type EpochLog,
  type RunResult,
  type RunSummary,
  runHeaderSchema,
} from '../../../shared/records/run-record.ts';
import { runRow } from '../../../src-main/runs/run-row.ts';

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
  notes: emptyNotes,
  ...more,
});

/** As it is sent: with the colour that the workspace gives. */
const rowOf = (more: Partial<RunSummary>): RunRow => runRowSchema.parse({ ...runRow(run(more)), color: 1 });
const figures = (row: RunRow): Record<string, number> => row.targets[0]!.figures;

describe('runRow', () => {
  it('shows the newest epoch of a run that goes on, and its best', () => {
    const row = rowOf({ epochs: [epoch(1, 0.4), epoch(2, 0.25), epoch(3, 0.3)] });
    expect(row).toMatchObject({ epochsDone: 3, epochsPlanned: 4, seconds: 12, peakRssMb: 300 });
    expect(row.targets).toHaveLength(1);
    expect(figures(row)).toEqual({
      'train.loss': 1,
      'valid.loss': 0.8,
      'valid.loss.best': 0.75,
      'valid.error_rate': 0.3,
      'valid.error_rate.best': 0.25,
    });
  });

  it("shows the result's own figures once there is one, best beside last", () => {
    const row = rowOf({ state: 'finished', epochs: [epoch(1, 0.08), epoch(2, 0.1)], result: finished });
    expect(row.seconds).toBe(21);
    expect(figures(row)).toMatchObject({
      'valid.error_rate': 0.1,
      'valid.error_rate.best': 0.08,
      'valid.error_rate.tta': 0.05,
      'valid.loss': 0.61,
      'holdout.error_rate': 0.2,
      'holdout.error_rate.tta': 0.1,
    });
  });

  it('has the highest peak of the card, be it an epoch’s or the result’s', () => {
    const epochs = [
      { ...epoch(1, 0.1), peakCardMb: 900 },
      { ...epoch(2, 0.1), peakCardMb: 700 },
    ];
    expect(rowOf({ epochs }).peakCardMb).toBe(900);
    expect(rowOf({ epochs, result: { ...finished, peakCardMb: 1200 } }).peakCardMb).toBe(1200);
    expect(rowOf({ epochs, result: { ...finished, peakCardMb: 800 } }).peakCardMb).toBe(900);
    expect(rowOf({ epochs: [epoch(1, 0.1)], result: finished }).peakCardMb).toBeNull();
  });

  it('has the settings one level deep, and what people noted in place of the own name', () => {
    const notes = { ...emptyNotes, name: 'baseline', tags: ['good'], archived: true, color: '#102030' };
    const row = rowOf({ notes });
    expect(row).toMatchObject({ name: 'baseline', tags: ['good'], archived: true });
    expect(runRow(run({ notes })).color).toBe('#102030');
    expect(row.settings).toMatchObject({ arch: 'resnet18', resize: 'crop', size: '64', epochs: 3 });
    expect(row.settings['augment.maxRotate']).toBe(10);
    expect(row.settings).not.toHaveProperty('dataset');
  });

  it('says why a run failed, and shows one that cannot be read', () => {
    const error = { code: 'TRAINING_DIVERGED', message: 'The loss is not a number.' } as const;
    const failed = rowOf({ state: 'failed', result: { version: 1, status: 'failed', error, finished: '' } });
    expect(failed.problem).toBe('The loss is not a number.');
    const broken = rowOf({ state: 'unreadable', header: null, problem: 'config.json is not JSON.' });
    expect(broken).toMatchObject({ name: 'r1', settings: {}, targets: [], epochsPlanned: null });
    expect(broken.problem).toBe('config.json is not JSON.');
  });
});
