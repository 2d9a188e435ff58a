import { cachedWeights } from '../hub/cached.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'weights:cached' | 'weights:choose'>;
/** Of safetensors, and of what `torch.save` writes. */
const extensions = ['safetensors', 'pth', 'pt', 'bin', 'tar'];

export function weightsHandlers({ chooseFile }: Services): Own {
  return {
    'weights:cached': () => [...cachedWeights()].map(([name, weights]) => ({ name, ...weights })),
    'weights:choose': () => chooseFile('Weights to start from', 'Use this file', extensions),
  };
}
