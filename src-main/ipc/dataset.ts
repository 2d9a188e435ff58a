import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
      const parent = await chooseFolder('Where shall the sample dataset be drawn?', 'Draw it here');
      if (parent === null) return null;
      return { path: await session.drawSample(freeName(parent, `paddy-sample-${images}`), images, seed) };
    },
  };
}

/** A folder that is not there yet: `name`, else `name-2` and so on. */
function freeName(parent: string, name: string): string {
  for (let number = 1; ; number += 1) {
    const path = join(parent, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
}
