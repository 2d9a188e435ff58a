import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
import { statOrNull } from '../files/stat.ts';

const WATCHED = ['config', 'worker', 'epochs', 'result', 'notes'] as const;

/** Sizes and times of the files of a run folder that decide what is shown of it: equal marks, equal content. */
export function markOf(folder: string): string {
  return WATCHED.map((name) => {
    const stat = statOrNull(join(folder, layout.run[name]));
    return stat === null ? '-' : `${stat.size}/${stat.mtimeMs}`;
  }).join();
}
