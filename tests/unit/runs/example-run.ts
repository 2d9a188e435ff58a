import { runConfigSchema } from '../../../shared/records/run-config.ts';
import type { EpochLog, RunHeader, RunResult } from '../../../shared/records/run-record.ts';

/** A run's header as a worker writes it, for tests that need folders and no training. */
export function exampleHeader(id: string): RunHeader {
  return {
    version: 1,
    id,
    name: 'resnet18 squish 32',
    queue: null,
    created: '2026-11-23T21:00:00.000Z',
    config: runConfigSchema.parse({
      dataset: '/data/paddy',
      arch: 'resnet18',
      size: { height: 32, width: 32 },
      seed: 7,
    }),
    datasetHash: 'a'.repeat(64),
    datasetName: 'paddy',
    targets: [{ name: 'label', classes: ['blast', 'normal'] }],
    counts: { train: 8, valid: 2, holdout: 1, test: 0 },
    validHash: 'b'.repeat(64),
    microBatch: 4,
    stepsPerEpoch: 2,
    graphHash: 'c'.repeat(64),
    parameters: 11_000_000,
    weights: { source: 'none', missing: [], unexpected: [] },
    warnings: [],
    versions: { granary: '0.1.0', node: '20.20.0', tensorflow: '2.21.0' },
    device: 'cpu',
  };
}

/** The n-th epoch's line; the loss falls. */
export function exampleEpoch(epoch: number): EpochLog {
  const validLoss = 1 / epoch;
  return {
    version: 1,
    epoch,
    phase: epoch === 1 ? 'frozen' : 'full',
    trainLoss: 1.2 / epoch,
    validLoss,
    errorRate: 0.5 / epoch,
    targets: [{ name: 'label', trainLoss: 1.2 / epoch, validLoss, errorRate: 0.5 / epoch }],
    lr: 0.002,
    step: 2 * epoch,
    trainSeconds: 3,
    validSeconds: 1,
    imagesPerSecond: 20,
    peakRssMb: 500,
    time: '2026-11-23T21:01:00.000Z',
  };
}

export function exampleResult(): Extract<RunResult, { status: 'finished' }> {
  const figures = { target: 'label', images: 2, loss: 0.4, errorRate: 0.2, ttaLoss: 0.3, ttaErrorRate: 0.1 };
  return {
    version: 1,
    status: 'finished',
    valid: [figures],
    holdout: [{ ...figures, images: 1 }],
    best: { epoch: 2, errorRate: 0.2 },
    epochs: 2,
    compiledSteps: 4,
    eagerSteps: 0,
    seconds: 8,
    peakRssMb: 500,
    finished: '2026-11-23T21:02:00.000Z',
  };
}
