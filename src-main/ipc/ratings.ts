import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  | 'ratings:choose'
  | 'ratings:choose-titles'
  | 'ratings:look'
  | 'ratings:inspect'
  | 'ratings:stop'
  | 'ratings:draw-sample'
  | 'ratings:preview'
  | 'ratings:enqueue'
>;

const extensions = ['csv', 'tsv', 'dat', 'data', 'base', 'test', 'item', 'txt'];

/** Ratings files: chosen, looked at, read. */
export function ratingsHandlers({ session, chooseFile }: Services): Own {
  return {
    'ratings:choose': () => chooseFile('Open a ratings file', 'Read it', extensions),
    'ratings:choose-titles': () => chooseFile('Open the titles of the items', 'Use it', extensions),
    'ratings:look': async ({ path, options }) => (await session.ratings.look([path], options))[0]!,
    'ratings:inspect': ({ path, options }) => session.ratings.inspect(path, options),
    'ratings:stop'() {
      session.ratings.stop();
      return null;
    },
    'ratings:draw-sample': async () => ({ path: await session.ratings.drawSample() }),
    async 'ratings:preview'({ grid, ...source }) {
      const { runs, seconds } = await session.previewRatings(source, grid);
      return {
        runs: runs.map((run) => ({
          ...{ name: run.name, config: run.config, problem: 'error' in run ? run.error : null },
        })),
        seconds,
      };
    },
    'ratings:enqueue': ({ grid, ...source }) => session.enqueueRatings(source, grid),
  };
}
