import { join } from 'node:path';
import { writeEmbeddings } from '../recommender/embeddings.ts';
import type { OpenRecommender } from '../recommender/open.ts';
import { RecommenderShelf } from '../recommender/shelf.ts';
import { recommendersTogether } from '../recommender/together.ts';
import { findItems, reasonsView, recommenderView, similarView, userView } from '../recommender/views.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  | 'recommender:view'
  | 'recommender:find'
  | 'recommender:similar'
  | 'recommender:user'
  | 'recommender:reasons'
  | 'recommender:together'
  | 'recommender:export-top'
  | 'recommender:export-embeddings'
>;

/** What finished recommenders have learnt, and what they recommend. */
export function recommenderHandlers({ session, chooseFolder, chooseTarget }: Services): Own {
  let shelf: RecommenderShelf | null = null;
  /** The open workspace's shelf, with what was opened already. */
  const own = (): RecommenderShelf => {
    const workspace = session.state.path;
    if (shelf?.workspace !== workspace)
      shelf = new RecommenderShelf(workspace, (ratings, options) =>
        session.ratings.inspect(ratings, options),
      );
    return shelf;
  };
  const open = (runId: string): Promise<OpenRecommender> => own().open([runId]);
  return {
    'recommender:view': async ({ runId, least }) => recommenderView(await open(runId), least),
    'recommender:find': async ({ runId, text }) => findItems(await open(runId), text),
    'recommender:similar': async ({ runId, item }) => similarView(await open(runId), item),
    async 'recommender:user'({ runIds, user }) {
      const model = await own().open(runIds);
      return userView(model, user, await own().history(model, user));
    },
    'recommender:reasons': async ({ runId, user, item }) => reasonsView(await open(runId), user, item),
    'recommender:together': ({ runIds }) => recommendersTogether(session.state.path, runIds),
    async 'recommender:export-top'({ runIds, n }) {
      const suggested = join(session.state.path, `top-${n}.csv`);
      const out = await chooseTarget('Where shall the recommendations be written?', suggested, ['csv']);
      return out === null ? null : session.ratings.writeTop(runIds, n, out);
    },
    async 'recommender:export-embeddings'({ runId }) {
      const model = await open(runId);
      const folder = await chooseFolder('Where shall the embeddings be written?', 'Write them here');
      return folder === null ? null : writeEmbeddings(model, folder);
    },
  };
}
