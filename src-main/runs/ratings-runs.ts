import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import {
  type RatingsEpoch,
  type RatingsRun,
  ratingsEpochSchema,
  ratingsHeaderSchema,
  ratingsResultSchema,
} from '../../shared/records/ratings-run.ts';
import { type RecommenderWeights, decodeRecommender } from '../../shared/recommender/weights.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { checkRunId } from './run-id.ts';
import { isRatingsConfig } from './run-kind.ts';
import { parseRecord } from './parse-record.ts';
import { parseNotes } from './run-notes.ts';
import { listRunIds, workerLives } from './run-store.ts';

/** Every ratings run of a workspace, oldest first. */
export async function listRatingsRuns(workspace: string): Promise<RatingsRun[]> {
  const ids = await listRunIds(workspace);
  const runs = ids.flatMap((id) => summariseRatingsRun(join(workspace, layout.runs, id), id) ?? []);
  const begun = (run: RatingsRun): string => run.header?.created ?? '';
  return runs.sort((a, b) => begun(a).localeCompare(begun(b)) || a.id.localeCompare(b.id));
}

/** One ratings run; null where the run is of pictures, or there is none. */
export function readRatingsRun(workspace: string, id: string): RatingsRun | null {
  return summariseRatingsRun(join(workspace, layout.runs, checkRunId(id)), id);
}

/** Reads a ratings run's folder. Null when it is not one. Nothing in it can make this throw. */
export function summariseRatingsRun(folder: string, id: string): RatingsRun | null {
  const config = readText(join(folder, layout.run.config));
  if (config === null || !isRatingsConfig(config)) return null;
  const problems: string[] = [];
  const header = parseRecord(ratingsHeaderSchema, config, layout.run.config, problems);
  const lines = (readText(join(folder, layout.run.epochs)) ?? '').split('\n').slice(0, -1);
  const epochs = lines.flatMap((line, k): RatingsEpoch[] => {
    const epoch = parseRecord(ratingsEpochSchema, line, `${layout.run.epochs} line ${k + 1}`, problems);
    return epoch === null ? [] : [epoch];
  });
  const text = readText(join(folder, layout.run.result));
  const result = text === null ? null : parseRecord(ratingsResultSchema, text, layout.run.result, problems);
  const state =
    header === null || problems.length > 0
      ? 'unreadable'
      : (result?.status ?? (workerLives(folder) ? 'running' : 'interrupted'));
  const problem = problems.length === 0 ? null : `${problems.join('; ')}.`;
  const notes = parseNotes(readText(join(folder, layout.run.notes)));
  return { kind: 'ratings', id, state, header, epochs, result, notes, problem };
}

/**
 * The weights of a finished ratings run.
 * @throws GranaryError RUN_NOT_FOUND, RUN_NOT_FINISHED, RUN_CORRUPT, SAFETENSORS_INVALID
 */
export function readRecommender(
  workspace: string,
  id: string,
): { run: RatingsRun; weights: RecommenderWeights } {
  const run = readRatingsRun(workspace, id);
  if (run === null)
    throw new GranaryError(
      'RUN_NOT_FOUND',
      `${id} is no run of a recommender.`,
      'List the runs with `granary runs`; train one with `granary collab train`.',
    );
  if (run.state !== 'finished')
    throw new GranaryError(
      'RUN_NOT_FINISHED',
      `${id} is ${run.state}: it has no weights to recommend with.`,
      'Wait for its end, or train it again.',
    );
  return {
    run,
    weights: decodeRecommender(readFileSync(join(workspace, layout.runs, id, layout.run.weights))),
  };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
