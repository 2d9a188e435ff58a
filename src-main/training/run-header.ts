import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import type { Manifest } from '../../shared/records/dataset.ts';
import type { MemoryPlan } from '../../shared/records/memory-plan.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import type { RunHeader } from '../../shared/records/run-record.ts';
import { granaryVersion } from '../files/version.ts';
import { nativeBinding } from '../graph/attributes.ts';
import type { PictureSets } from './pictures.ts';
import type { RecordedProgram } from './program/index.ts';
import type { TrainedTarget } from './targets.ts';
import type { EpochPlan } from './windows.ts';

/** What a run is called and where it belongs. */
export interface RunIdentity {
  runId: string;
  name: string;
  queue: string | null;
  memory?: MemoryPlan | undefined;
}

/** All that is known of a run before its first step, as it is written to `config.json`. */
export function describeRun(run: {
  identity: RunIdentity;
  /** Resolved: nothing left to default. */
  config: RunConfig;
  manifest: Manifest;
  targets: readonly TrainedTarget[];
  sets: PictureSets;
  plan: EpochPlan;
  recorded: RecordedProgram;
  weights: RunHeader['weights'];
  warnings: string[];
}): RunHeader {
  const { identity, manifest, sets, plan, recorded } = run;
  const validIds = sets.valid.map((record) => record.id).join('\n');
  return {
    version: 1,
    id: identity.runId,
    name: identity.name,
    queue: identity.queue,
    created: new Date().toISOString(),
    config: run.config,
    datasetHash: manifest.hash,
    datasetName: manifest.name,
    targets: run.targets.map(({ name, classes }) => ({ name, classes })),
    counts: {
      train: sets.train.length,
      valid: sets.valid.length,
      holdout: sets.holdout.length,
      test: sets.test.length,
    },
    validHash: createHash('sha256').update(validIds).digest('hex'),
    microBatch: plan.microBatch,
    ...(identity.memory === undefined ? {} : { memory: identity.memory }),
    stepsPerEpoch: plan.windows.length,
    graphHash: recorded.hash,
    parameters: recorded.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    weights: run.weights,
    warnings: run.warnings,
    versions: {
      granary: granaryVersion,
      node: process.versions.node,
      tensorflow: nativeBinding().TF_Version,
    },
    device:
      identity.memory?.device.kind === 'card'
        ? identity.memory.device.name
        : (cpus()[0]?.model.trim() ?? 'CPU'),
  };
}
