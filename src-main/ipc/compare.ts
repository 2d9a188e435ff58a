import { curvesOf } from '../../shared/run-table/curves.ts';
import { ratingsCurvesOf } from '../../shared/run-table/ratings-figures.ts';
import { disagreements, runConfusions } from '../report/compare-predictions.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'compare:curves' | 'compare:confusions' | 'compare:disagreements'>;

export function compareHandlers({ session }: Services): Own {
  return {
    'compare:curves': ({ runIds }) =>
      Promise.all(
        runIds.map(async (runId) => {
          const ratings = readRatingsRun(session.state.path, runId);
          return ratings === null ? curvesOf(await session.run(runId)) : ratingsCurvesOf(ratings);
        }),
      ),
    'compare:confusions': ({ runIds, choice }) => runConfusions(session.state.path, runIds, choice),
    'compare:disagreements': ({ runIds, choice, limit }) =>
      disagreements(session.state.path, runIds, choice, limit),
  };
}
