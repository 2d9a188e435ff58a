import { statSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';

/** The state that an interrupted run leaves; deleted when the run is finished, because its weights file has the rest. */
export function checkpointPath(runFolder: string): string {
  return join(runFolder, layout.run.checkpoint, 'state.safetensors');
}

/** Names one state of a run's checkpoint: it changes whenever a new one is written. Null where there is none. */
export function checkpointMark(runFolder: string): string | null {
  const stat = statSync(checkpointPath(runFolder), { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino}-${stat.mtimeMs}`;
}
