import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { historyOf, ratingsOf } from '../../recommender/history.ts';
import { openRecommender } from '../../recommender/open.ts';
import { recommend, writeTopCsv } from '../../recommender/top.ts';
import { cachedRatings } from '../cached-ratings.ts';
import type { JobContext } from '../context.ts';
import { progressOf } from '../progress.ts';

/** Writes the best items for every user to a CSV file. */
export async function run(
  { workspace, runIds, n, out }: JobOf<'collab-top'>,
  context: JobContext,
): Promise<JobResult<'collab-top'>> {
  const model = await openRecommender(workspace, runIds);
  const table = await ratingsOf(workspace, model.runs[0]!, (ratings, options) =>
    cachedRatings(workspace, ratings, options),
  );
  const history = historyOf(table, model.items);
  const progress = progressOf(context, 'recommending', 'users');
  const rows = writeTopCsv(out, model.users, (user, place) => {
    context.signal.throwIfAborted();
    progress(place + 1, model.users.length);
    return recommend(model, user, history(user), { n, reasons: 0 });
  });
  return { path: out, users: model.users.length, rows };
}
