import { join } from 'node:path';
import type { Manifest } from '../../../shared/records/dataset.ts';
import type { JobOptions } from '../../../src-main/scheduler/supervisor.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';

export const workerPath = join(import.meta.dirname, '../../fixtures/workers/misbehaving-worker.cjs');

/** Trains convnext_tiny with checkpointing alone: without it memory does not suffice. */
export const scarceWorkerPath = join(import.meta.dirname, '../../fixtures/workers/scarce-worker.js');

/** Ways in which the worker of a run with the architecture convnext_tiny ends; all others train as they should. */
export type Fault =
  | 'good'
  | 'refuse'
  | 'malformed'
  | 'crash'
  | 'exit'
  | 'kill'
  | 'kill-early'
  | 'kill-late'
  | 'memory'
  | 'bad-alloc'
  | 'full'
  | 'segfault'
  | 'deaf'
  | 'wrong-result'
  | 'lingers';

export const exampleManifest: Manifest = {
  version: 1,
  kind: 'image',
  name: 'paddy',
  root: '/data/paddy',
  format: 'csv',
  hash: 'a'.repeat(64),
  targets: [{ name: 'label', kind: 'category', classes: ['blast', 'normal'], counts: [5, 5] }],
  columns: [
    { name: 'image_id', role: 'image', distinct: 10, examples: ['1.jpg'] },
    { name: 'label', role: 'target', distinct: 2, examples: ['blast'] },
  ],
  train: [],
  test: [],
  problems: [],
  sizes: [],
  stats: { filesSeen: 10, usable: 10, leftOut: 0, seconds: 1, imagesPerSecond: 10 },
};

/** Sets up the fixture worker's surroundings and gives the options to start it with. */
export function fixtureWorker(fault: Fault = 'good', epochMs = 20): JobOptions {
  Object.assign(process.env, fixtureEnvironment(fault, epochMs));
  return { entry: workerPath, graceMs: 500 };
}

export function fixtureEnvironment(fault: Fault, epochMs: number): Record<string, string> {
  return {
    TEST_FAULT: fault,
    TEST_EPOCH_MS: String(epochMs),
    TEST_HEADER: JSON.stringify(exampleHeader('x')),
    TEST_EPOCH: JSON.stringify(exampleEpoch(1)),
    TEST_RESULT: JSON.stringify(exampleResult()),
    TEST_MANIFEST: JSON.stringify(exampleManifest),
  };
}
