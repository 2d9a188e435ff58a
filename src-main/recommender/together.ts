import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { Together } from '../../shared/ipc/recommender-views.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { errorsOf } from '../../shared/recommender/baselines.ts';
import { type SafeTensor, decodeSafetensors, float32Values } from '../../shared/safetensors/index.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';

/**
 * What the mean of several recommenders comes to on their validation ratings, from the predictions that their folders hold.
 * @throws GranaryError RUN_NOT_FOUND, RUN_NOT_FINISHED; ENSEMBLE_IMAGES_DIFFER when they were validated on different ratings
 */
export function recommendersTogether(workspace: string, runIds: readonly string[]): Together {
  const runs = runIds.map((id) => finishedRun(workspace, id));
  if (new Set(runs.map(({ header }) => header!.validHash)).size > 1)
    throw new GranaryError(
      'ENSEMBLE_IMAGES_DIFFER',
      'These recommenders were validated on different ratings: some trained on what others are judged by.',
      'Combine runs of one sweep, or of one seed and split.',
    );
  const read = runs.map(({ id }) => predictionsOf(workspace, id));
  const [first] = read;
  const rows = first!.predicted.length;
  const truth = first!.rating;
  const errors = (predict: (row: number) => number): Together['errors'] => {
    if (truth === null) return null;
    const { rmse, mae } = errorsOf(truth, predict);
    return { rmse, mae };
  };
  return {
    rows,
    errors: errors((row) => read.reduce((sum, { predicted }) => sum + predicted[row]!, 0) / read.length),
    members: runs.map(({ id, header, notes }, place) => ({
      run: id,
      name: notes.name ?? header!.name,
      errors: errors((row) => read[place]!.predicted[row]!),
    })),
  };
}

function finishedRun(workspace: string, id: string): RatingsRun {
  const run = readRatingsRun(workspace, id);
  if (run === null) throw new GranaryError('RUN_NOT_FOUND', `${id} is no run of a recommender.`);
  if (run.state === 'finished') return run;
  throw new GranaryError(
    'RUN_NOT_FINISHED',
    `${id} is ${run.state}: it has no predictions to combine.`,
    'Leave it out, or train it to the end.',
  );
}

function predictionsOf(
  workspace: string,
  id: string,
): { predicted: Float32Array; rating: Float32Array | null } {
  const bytes = readFileSync(join(workspace, layout.runs, id, layout.run.predictions));
  const { tensors } = decodeSafetensors(bytes);
  const values = (name: string): Float32Array | null => {
    const tensor: SafeTensor | undefined = tensors.get(name);
    return tensor === undefined ? null : float32Values(tensor);
  };
  const predicted = values('valid.predicted');
  if (predicted !== null) return { predicted, rating: values('valid.rating') };
  throw new GranaryError('RUN_CORRUPT', `The predictions of ${id} are not there.`, 'Train the run again.');
}
