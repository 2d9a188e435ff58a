import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
import type { Handlers } from './door.ts';
import { runRow } from './run-row.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'runs:list' | 'runs:read' | 'runs:live' | 'runs:reveal'>;

export function runsHandlers({ session, reveal }: Services): Own {
  return {
    'runs:list': async () => (await session.runs()).map(runRow),
    'runs:read': ({ runId }) => session.run(runId),
    'runs:live': ({ runId }) => session.live(runId),
    async 'runs:reveal'({ runId }) {
      // Reading it first makes sure that it is a run of this workspace.
      const run = await session.run(runId);
      reveal(join(session.state.path, layout.runs, run.id, layout.run.config));
      return null;
    },
  };
}
