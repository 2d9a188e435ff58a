import type { Command } from 'commander';
import { GranaryError } from '../../shared/errors.ts';
import type { WorkbenchOptions } from '../scheduler/workbench.ts';

/** How runs are started, as flags: nothing that changes what a run learns. */
export interface LaunchFlags {
  whenShort?: string;
}

export function addLaunchFlags(command: Command): Command {
  return command.option(
    '--when-short <what>',
    'when the memory that a run needs is not free: wait for it, or replan with a smaller micro-batch (default: what `granary settings` says, else replan)',
  );
}

/** @throws GranaryError USAGE */
export function launchOptionsOf({ whenShort }: LaunchFlags): Pick<WorkbenchOptions, 'whenShort'> {
  if (whenShort === undefined) return {};
  if (whenShort === 'wait' || whenShort === 'replan') return { whenShort };
  throw new GranaryError(
    'USAGE',
    `--when-short needs wait or replan, and "${whenShort}" was given.`,
    'For example: granary queue data/paddy --grid my.yaml --when-short wait',
  );
}
