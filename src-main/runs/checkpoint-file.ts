import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { statOrNull } from '../files/stat.ts';

/** The state that an interrupted run leaves; deleted when the run is finished, because its weights file has the rest. */
export function checkpointPath(runFolder: string): string {
  return join(runFolder, layout.run.checkpoint, 'state.safetensors');
}

/** Names one state of a run's checkpoint: it changes whenever a new one is written. Null where there is none. */
export function checkpointMark(runFolder: string): string | null {
  const stat = statOrNull(checkpointPath(runFolder));
  return stat === null ? null : `${stat.ino}-${stat.mtimeMs}`;
}

/** The error of going on with a run that has reached its end. */
export function alreadyFinished(runId: string): GranaryError {
  return new GranaryError(
    'RUN_FINISHED',
    `${runId} is finished: there is nothing to go on with.`,
    'Train it once more from its beginning with `granary train --again RUN`.',
  );
}
