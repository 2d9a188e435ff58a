import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { GranaryError } from '../../shared/errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import {
  ratingsEpochSchema,
  ratingsHeaderSchema,
  ratingsResultSchema,
} from '../../shared/records/ratings-run.ts';
import { epochLogSchema, runHeaderSchema, runResultSchema } from '../../shared/records/run-record.ts';
import { type SplitFile, splitSchema } from '../../shared/records/dataset.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { syncFolder, writeAll, writeFileAtomic, writeJsonAtomic } from '../files/atomic.ts';
import { identityOf } from '../files/process-identity.ts';
import { checkRunId } from './run-id.ts';

// A run of either kind has these files.
const headerSchema = z.union([ratingsHeaderSchema, runHeaderSchema]);
const epochSchema = z.union([ratingsEpochSchema, epochLogSchema]);
const resultSchema = z.union([ratingsResultSchema, runResultSchema]);
type Header = z.infer<typeof headerSchema>;
type Epoch = z.infer<typeof epochSchema>;
type Result = z.infer<typeof resultSchema>;

/** Absolute path of a run's folder. */
export function runFolder(workspace: string, runId: string): string {
  return join(workspace, layout.runs, checkRunId(runId));
}

/**
 * Makes a run's folder and writes who works in it (`worker.json`), so that a reader can tell a run that goes on from one that
 * was cut off. Called by the worker before anything else is written there.
 * @returns the folder's path
 */
export function createRunFolder(workspace: string, runId: string): string {
  const folder = runFolder(workspace, runId);
  makeFolder(folder);
  syncFolder(join(workspace, layout.runs));
  writeJsonAtomic(join(folder, layout.run.worker), { version: 1, ...identityOf() });
  return folder;
}

/** Writes `config.json`: all that is known before the first step. A folder counts as a run once it has this file. */
export function writeConfig(folder: string, header: Header): void {
  writeJsonAtomic(join(folder, layout.run.config), headerSchema.parse(header));
}

/** Writes the split that the run drew or was given (`split.json`). */
export function writeSplit(folder: string, split: SplitFile): void {
  writeFileAtomic(join(folder, layout.run.split), `${JSON.stringify(splitSchema.parse(split))}\n`);
}

/** Whether a run began in this folder. */
export function hasConfig(folder: string): boolean {
  return existsSync(join(folder, layout.run.config));
}

/**
 * Appends one line to `epochs.jsonl` and waits until the disk has it. A line that a crash cut short is dropped first, so that
 * the new one never joins it.
 * @throws GranaryError RUN_NOT_FOUND where the folder was taken away meanwhile: what is left to train could not be read by anybody
 */
export function appendEpoch(folder: string, epoch: Epoch): void {
  if (!hasConfig(folder))
    throw new GranaryError(
      'RUN_NOT_FOUND',
      `The run's folder ${folder} was taken away while it trained.`,
      'Queue the run again if it is still wanted.',
    );
  const path = join(folder, layout.run.epochs);
  const line = Buffer.from(`${JSON.stringify(epochSchema.parse(epoch))}\n`, 'utf8');
  const isNew = !existsSync(path);
  const whole = isNew ? 0 : readFileSync(path).lastIndexOf(0x0a) + 1;
  const handle = openSync(path, 'a');
  try {
    ftruncateSync(handle, whole);
    writeAll(handle, line);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  if (isNew) syncFolder(folder);
}

/**
 * Makes `epochs.jsonl` hold exactly these epochs, and takes away how an earlier attempt ended: what a run that goes on begins
 * with. Lines that stay are not changed.
 */
export function restoreEpochs(folder: string, epochs: readonly Epoch[]): void {
  rmSync(join(folder, layout.run.result), { force: true });
  const path = join(folder, layout.run.epochs);
  const text = epochs.map((epoch) => `${JSON.stringify(epochSchema.parse(epoch))}\n`).join('');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (text !== before) writeFileAtomic(path, text);
}

/** Writes `result.json`, the last file of a run. */
export function writeResult(folder: string, result: Result): void {
  writeJsonAtomic(join(folder, layout.run.result), resultSchema.parse(result));
}
