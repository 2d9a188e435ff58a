import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { ensembleSchema } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';
import { resolveRunId } from '../runs/run-store.ts';

/** What can predict: one run, or the members of an ensemble with their weights. */
export interface Predictor {
  /** Id of the run or the ensemble. */
  source: string;
  members: { run: string; weight: number }[];
  /** Null: all that the members share. */
  targets: string[] | null;
}

/**
 * The run or ensemble that a text means.
 * @param text an ensemble's id, or a run's id or a unique beginning or end of it
 * @throws GranaryError RUN_NOT_FOUND, RUN_CORRUPT, ENSEMBLE_TARGETS_DIFFER for a recommender
 */
export async function resolvePredictor(workspace: string, text: string): Promise<Predictor> {
  if (/^[0-9]{8,20}$/.test(text)) {
    const ensemble = await readEnsemble(join(workspace, layout.ensembles, `${text}.json`));
    if (ensemble !== null) return ensemble;
  }
  const run = await resolveRunId(workspace, text);
  if (readRatingsRun(workspace, run) !== null)
    throw new GranaryError(
      'ENSEMBLE_TARGETS_DIFFER',
      `${run} is a recommender: it says what a user makes of an item, and nothing of pictures.`,
      `Ask it with \`granary collab recommend ${run} --user USER\`.`,
    );
  return { source: run, members: [{ run, weight: 1 }], targets: null };
}

async function readEnsemble(path: string): Promise<Predictor | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { id, members, targets } = ensembleSchema.parse(JSON.parse(text));
    return {
      source: id,
      members: members.map(({ run, weight }) => ({ run, weight })),
      targets: targets.map(({ name }) => name),
    };
  } catch (error) {
    throw new GranaryError(
      'RUN_CORRUPT',
      `${path} is no ensemble's record.`,
      'Make the ensemble again with `granary ensemble`.',
      { cause: error },
    );
  }
}
