import { statSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';

const WATCHED = ['config', 'worker', 'epochs', 'result', 'notes'] as const;

/** Sizes and times of the files of a run folder that decide what is shown of it: equal marks, equal content. */
export function markOf(folder: string): string {
  return WATCHED.map((name) => {
    const stat = statSync(join(folder, layout.run[name]), { throwIfNoEntry: false });
    return stat === undefined ? '-' : `${stat.size}/${stat.mtimeMs}`;
  }).join();
}
