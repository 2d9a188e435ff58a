import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ErrorPayload } from '../../shared/errors.ts';
import { ratingsResultSchema } from '../../shared/records/ratings-run.ts';
import { runResultSchema } from '../../shared/records/run-record.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { temporaryPattern } from '../files/atomic.ts';
import { livenessOf, processIdentitySchema } from '../files/process-identity.ts';
import { hasConfig, runFolder, writeResult } from '../runs/run-writer.ts';

/**
 * Gives a run that ended without a result of its own (its worker crashed, was killed or failed) a `result.json` that says
 * why, so that the folder alone tells the story. A folder in which no run began is removed.
 */
export function recordFailure(workspace: string, runId: string, error: ErrorPayload): void {
  const folder = runFolder(workspace, runId);
  if (!existsSync(folder)) return;
  sweep(folder);
  if (!hasConfig(folder)) {
    if (!existsSync(join(folder, layout.run.epochs))) rmSync(folder, { recursive: true, force: true });
    return;
  }
  if (existsSync(join(folder, layout.run.result))) return;
  writeResult(folder, {
    version: 1,
    status: error.code === 'CANCELLED' ? 'cancelled' : 'failed',
    error: {
      code: error.code,
      message: error.message,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    },
    finished: new Date().toISOString(),
  });
}

/**
 * Whether a run's folder says that it is finished. Its worker writes that last and may be killed before it can say so: then
 * there is nothing to train again.
 */
export function hasFinished(folder: string): boolean {
  try {
    const text = readFileSync(join(folder, layout.run.result), 'utf8');
    return z.union([runResultSchema, ratingsResultSchema]).parse(JSON.parse(text)).status === 'finished';
  } catch {
    return false;
  }
}

/**
 * Clears up after a scheduler that died during this run: ends its worker if it still lives (it would hold the card's memory),
 * and deletes what was being written. Called with the lock held, so nobody else's worker can be meant.
 */
export function recoverInterrupted(workspace: string, runId: string): void {
  const folder = runFolder(workspace, runId);
  if (!existsSync(folder)) return;
  try {
    const worker = processIdentitySchema.parse(
      JSON.parse(readFileSync(join(folder, layout.run.worker), 'utf8')),
    );
    if (livenessOf(worker) === 'alive') process.kill(worker.pid, 'SIGKILL');
  } catch {
    // No worker.json yet, or the process ended in this moment.
  }
  sweep(folder);
  if (readdirSync(folder).every((name) => name === layout.run.worker))
    rmSync(folder, { recursive: true, force: true });
}

/** Deletes temporary files of writes that a crash cut off; a checkpoint's may be large. */
export function sweep(folder: string): void {
  for (const place of [folder, join(folder, layout.run.checkpoint)]) {
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place))
      if (temporaryPattern.test(name)) rmSync(join(place, name), { recursive: true, force: true });
  }
}
