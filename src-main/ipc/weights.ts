import { cachedWeights } from '../hub/cached.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'weights:cached' | 'weights:choose' | 'weights:fetch' | 'weights:stop-fetching'>;
/** Of safetensors, and of what `torch.save` writes. */
const extensions = ['safetensors', 'pth', 'pt', 'bin', 'tar'];

export function weightsHandlers({ chooseFile, weights }: Services): Own {
  return {
    'weights:cached': () => [...cachedWeights()].map(([name, here]) => ({ name, ...here })),
    'weights:choose': () => chooseFile('Weights to start from', 'Use this file', extensions),
    'weights:fetch': ({ names }) => weights.fetch(names),
    'weights:stop-fetching'() {
      weights.stop();
      return null;
    },
  };
}
