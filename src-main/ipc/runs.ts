import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeExport } from '../files/write-export.ts';
import { runsCsv } from '../report/runs-csv.ts';
import { readAttempts } from '../runs/attempts-file.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';
import { readLogEnd } from '../runs/run-log.ts';
import { changeNotes } from '../runs/run-notes.ts';
import { runFolder } from '../runs/run-writer.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

/** More than this of a log nobody reads in a window; the file is in the run's folder. */
const LOG_CHARACTERS = 64_000;

type Own = Pick<
  Handlers,
  | 'runs:list'
  | 'runs:rows'
  | 'runs:read'
  | 'runs:read-recommender'
  | 'runs:live'
  | 'runs:log'
  | 'runs:attempts'
  | 'runs:reveal'
  | 'runs:note'
  | 'runs:save-table'
>;

export function runsHandlers({ session, chooseTarget, reveal }: Services): Own {
  return {
    'runs:list': () => session.runs(),
    'runs:rows': async ({ runIds }) => {
      const wanted = new Set(runIds);
      return (await session.runs()).filter((row) => wanted.has(row.id));
    },
    'runs:read': ({ runId }) => session.run(runId),
    'runs:read-recommender': ({ runId }) => {
      const run = readRatingsRun(session.state.path, runId);
      if (run !== null) return run;
      throw new GranaryError('RUN_NOT_FOUND', `${runId} is no run of a recommender.`);
    },
    'runs:live': ({ runId }) => session.live(runId),
    'runs:log': ({ runId }) => readLogEnd(session.state.path, runId, LOG_CHARACTERS),
    'runs:attempts': ({ runId }) => readAttempts(runFolder(session.state.path, runId)),
    async 'runs:reveal'({ runId }) {
      // Reading it first makes sure that it is a run of this workspace.
      const { id } = readRatingsRun(session.state.path, runId) ?? (await session.run(runId));
      reveal(join(session.state.path, layout.runs, id, layout.run.config));
      return null;
    },
    'runs:note': ({ changes }) =>
      changes.map(({ runId, patch }) => ({ runId, ...changeNotes(session.state.path, runId, patch) })),
    async 'runs:save-table'({ runIds, columns, target }) {
      const all = await session.runs();
      const byId = new Map(all.map((row) => [row.id, row]));
      // A run that was deleted meanwhile is left out.
      const rows = runIds.flatMap((id) => byId.get(id) ?? []);
      const text = runsCsv({ rows, columns, target }, all);
      const path = await chooseTarget('Export the table', join(session.state.path, 'runs.csv'), ['csv']);
      if (path !== null) writeExport(path, text);
      return path;
    },
  };
}
