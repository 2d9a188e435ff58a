import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
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
      const folder = join(session.state.path, layout.samples, `paddy-${images}`);
      // Drawing writes its table last: a folder that has it is whole.
      if (existsSync(join(folder, 'train.csv'))) return { path: folder };
      // What a killed process left of it would be in the way for ever.
      rmSync(folder, { recursive: true, force: true });
      return { path: await session.drawSample(folder, images, seed) };
    },
  };
}
