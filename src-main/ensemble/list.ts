import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Ensemble, ensembleSchema } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';

/** The ensembles that were kept in a workspace, newest first. A record that cannot be read is left out: it hides no other. */
export function listEnsembles(workspace: string): Ensemble[] {
  const folder = join(workspace, layout.ensembles);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .reverse()
    .flatMap((name) => {
      try {
        return [ensembleSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))];
      } catch {
        return [];
      }
    });
}
