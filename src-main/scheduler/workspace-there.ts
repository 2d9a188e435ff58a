import { existsSync } from 'node:fs';
import { GranaryError } from '../../shared/errors.ts';

/**
 * Before anything is written in a workspace that was opened: whoever went on would make an empty one in its place, perhaps on the
 * disk below an empty mount point.
 * @throws GranaryError WORKSPACE_INVALID when its folder is not there any more
 */
export function checkThere(workspace: string): void {
  if (existsSync(workspace)) return;
  throw new GranaryError(
    'WORKSPACE_INVALID',
    `The workspace ${workspace} is not there any more: its folder was moved or deleted, or its disk was taken out.`,
    'Put it back, and Granary goes on with it; or open it where it is now. Nothing is written meanwhile.',
  );
}
