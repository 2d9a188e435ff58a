import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeExport } from '../files/write-export.ts';
import { readGridFile } from '../scheduler/grid-file.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'grid:save' | 'grid:load'>;
const extensions = ['yaml', 'yml', 'json'];

/** Grid files, as `granary queue --grid` takes them: the user says where, in the system's own dialog. */
export function gridFileHandlers({ session, chooseFile, chooseTarget }: Services): Own {
  return {
    async 'grid:save'({ grid }) {
      const path = await chooseTarget('Save the grid', join(session.state.path, 'grid.yaml'), extensions);
      if (path === null) return null;
      writeExport(path, path.endsWith('.json') ? `${JSON.stringify(grid, null, 2)}\n` : stringify(grid));
      return path;
    },
    async 'grid:load'() {
      const path = await chooseFile('Open a grid file', 'Open', extensions);
      return path === null ? null : { path, grid: readGridFile(path) };
    },
  };
}
