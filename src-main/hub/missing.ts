import { downloadSize } from '../../shared/architectures/download.ts';
import { weightsOf } from '../../shared/architectures/index.ts';
import type { MissingWeights } from '../../shared/ipc/weights.ts';
import { cachedWeights } from './cached.ts';

/**
 * Those of these weights that this machine does not have, with what fetching them takes.
 * @param names `id.tag`
 */
export function missingWeights(names: readonly string[]): MissingWeights[] {
  const here = cachedWeights();
  return names
    .filter((name) => !here.has(name))
    .map((name) => {
      const { info, tag } = weightsOf(name);
      return { name, ...downloadSize(info, tag), license: tag.license };
    });
}
