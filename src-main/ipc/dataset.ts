import type { Handlers } from './door.ts';
import { summarise } from './dataset-summary.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'dataset:choose' | 'dataset:inspect' | 'dataset:stop' | 'dataset:draw-sample'>;

export function datasetHandlers({ session, chooseFolder }: Services): Own {
  return {
    'dataset:choose': () => chooseFolder('Open a dataset', 'Read this folder'),
    async 'dataset:inspect'({ path, options }) {
      return summarise(await session.inspect(path, options), path, options);
    },
    'dataset:stop'() {
      session.stopReading();
      return null;
    },
    async 'dataset:draw-sample'({ images, seed }) {
      return { path: await session.drawSample(images, seed) };
    },
  };
}
