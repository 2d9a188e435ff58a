import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { listRuns, readRun, resolveRunId } from './run-store.ts';

/**
 * The run that a person meant by an id, by a beginning or end of one, or by a name that only one run has.
 * @throws GranaryError RUN_NOT_FOUND
 */
export async function findRun(workspace: string, text: string): Promise<RunSummary> {
  try {
    return await readRun(workspace, await resolveRunId(workspace, text));
  } catch (error) {
    if (!(error instanceof GranaryError) || error.code !== 'RUN_NOT_FOUND') throw error;
    const named = (await listRuns(workspace)).filter(({ header }) => header?.name === text);
    if (named.length === 1) return named[0]!;
    if (named.length === 0) throw error;
    throw new GranaryError(
      'RUN_NOT_FOUND',
      `${named.length} runs are called "${text}": ${named.map(({ id }) => id).join(', ')}.`,
      'Name one of them by its id.',
    );
  }
}

/**
 * A finished run, whose weights others can start from.
 * @throws GranaryError RUN_NOT_FOUND, RUN_NOT_FINISHED, RUN_CORRUPT
 */
export async function findRunWithWeights(workspace: string, text: string): Promise<RunSummary> {
  const run = await findRun(workspace, text);
  if (run.state !== 'finished')
    throw new GranaryError(
      'RUN_NOT_FINISHED',
      `${run.id} is ${run.state}, and only a finished run has weights to start from.`,
      'Choose a finished run: `granary runs` lists them.',
    );
  if (existsSync(join(workspace, layout.runs, run.id, layout.run.weights))) return run;
  throw new GranaryError(
    'RUN_CORRUPT',
    `${run.id} has no ${layout.run.weights}: someone took it away.`,
    'Choose another run, or train this one again with `granary train --again RUN`.',
  );
}
