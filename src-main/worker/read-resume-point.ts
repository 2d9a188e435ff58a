import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { Manifest } from '../../shared/records/dataset.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { alreadyFinished, checkpointPath } from '../runs/checkpoint-file.ts';
import { summarise } from '../runs/run-store.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import type { ResumePoint } from '../training/resume-point.ts';

/** What may differ between two attempts at one run: how it is computed, not what. */
const CHANGEABLE = [
  'accum',
  'autoAccum',
  'checkpointing',
  'checkpointMinutes',
] as const satisfies (keyof RunConfig)[];
const FREE: ReadonlySet<string> = new Set(['version', ...CHANGEABLE]);

/**
 * The settings that a run goes on with: what it settled when it began stays settled; how it is computed may be new.
 * @param before as its `config.json` has them
 * @param now as they are asked for
 */
export function settledConfig(before: RunConfig, now: RunConfig): RunConfig {
  return { ...before, ...Object.fromEntries(CHANGEABLE.map((key) => [key, now[key]])) };
}

/**
 * Reads where a run stands; null when it has no checkpoint yet and so begins anew.
 * @throws GranaryError RUN_FINISHED; RUN_CHANGED naming the setting that is another now; RUN_CORRUPT, SAFETENSORS_INVALID
 */
export async function readResumePoint(runFolder: string, runId: string): Promise<ResumePoint | null> {
  const run = await summarise(runFolder, runId);
  if (run === null) return null;
  if (run.result?.status === 'finished') throw alreadyFinished(runId);
  const checkpoint = readCheckpoint(checkpointPath(runFolder));
  if (checkpoint === null) return null;
  const { header } = run;
  if (header === null)
    throw new GranaryError(
      'RUN_CORRUPT',
      `The config of ${runId} cannot be read: ${run.problem ?? 'config.json is missing.'}`,
      'Put config.json back, or queue the run anew with its flags.',
    );
  checkUnchanged(checkpoint.config, header.config, runId);
  const epochs = run.epochs.slice(0, checkpoint.epoch);
  // The checkpoint is written first: when the machine stopped between the two, the last line is only in there.
  if (epochs.length === checkpoint.epoch - 1 && checkpoint.lastEpoch !== null)
    epochs.push(checkpoint.lastEpoch);
  if (epochs.length < checkpoint.epoch || epochs.some(({ epoch }, index) => epoch !== index + 1))
    throw new GranaryError(
      'RUN_CORRUPT',
      `${layout.run.epochs} of ${runId} lacks epochs: its checkpoint is of epoch ${checkpoint.epoch}.`,
      'Put the file back, or train the run from its beginning with `granary train --again RUN`.',
    );
  return { header, splitPath: join(runFolder, layout.run.split), checkpoint, epochs };
}

/** @throws GranaryError DATASET_CHANGED when the pictures or labels are others than those that the run began with */
export function checkDataset({ checkpoint }: ResumePoint, manifest: Manifest): void {
  if (checkpoint.datasetHash === manifest.hash) return;
  throw new GranaryError(
    'DATASET_CHANGED',
    `The dataset ${checkpoint.config.dataset} has changed since ${checkpoint.runId} began: its pictures or labels are others now.`,
    'Put them back to go on, or train the run from its beginning with `granary train --again RUN`.',
  );
}

function checkUnchanged(before: RunConfig, now: RunConfig, runId: string): void {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  for (const key of keys) {
    if (FREE.has(key)) continue;
    const [old, current] = [before, now].map((config) =>
      JSON.stringify((config as Record<string, unknown>)[key]),
    );
    if (old === current) continue;
    throw new GranaryError(
      'RUN_CHANGED',
      `The setting ${key} of ${runId} was ${old ?? 'absent'} when it began and is ${current ?? 'absent'} in config.json now.`,
      'Put it back to go on, or queue a run with the other setting.',
    );
  }
}
