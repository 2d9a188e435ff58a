import { join } from 'node:path';
import { EnsembleBench } from '../ensemble/bench.ts';
import { createEnsemble } from '../ensemble/create.ts';
import { listEnsembles } from '../ensemble/list.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  'ensemble:members' | 'ensemble:figures' | 'ensemble:preview' | 'ensemble:save' | 'ensemble:list'
>;

export function ensembleHandlers({ session, chooseTarget }: Services): Own {
  let bench: EnsembleBench | null = null;
  /** The open workspace's bench, with the predictions that were read already. */
  const own = (): EnsembleBench => {
    const { path } = session.state;
    if (bench?.workspace !== path) bench = new EnsembleBench(path);
    return bench;
  };
  return {
    'ensemble:members': ({ runIds }) => own().members(runIds),
    'ensemble:figures': (draft) => own().figures(draft),
    'ensemble:preview': (draft) => own().preview(draft),
    async 'ensemble:save'({ draft, submission }) {
      const workspace = session.state.path;
      const out = submission
        ? await chooseTarget('Where shall the submission be written?', join(workspace, 'submission.csv'), [
            'csv',
          ])
        : null;
      if (submission && out === null) return null;
      const sampleSubmission = submission ? await own().sampleOf(draft.runs[0]!) : null;
      return createEnsemble({ workspace, ...draft, sampleSubmission, out });
    },
    'ensemble:list': () => listEnsembles(session.state.path),
  };
}
