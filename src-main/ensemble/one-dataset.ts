import { GranaryError } from '../../shared/errors.ts';
import type { Member } from './members.ts';

/**
 * Refuses runs of different datasets. Their pictures may well have the same ids ("1.jpg"), and what is one run's hold-out is then
 * what another trained on. A dataset that has moved is the same one, and one that has grown is told by its ids.
 * @throws GranaryError ENSEMBLE_IMAGES_DIFFER
 */
export function checkOneDataset(members: readonly Member[]): void {
  const [first, ...others] = members.map(({ run, header }) => ({
    ...{ run, hash: header.datasetHash, path: header.config.dataset },
  }));
  const other = others.find(({ hash, path }) => hash !== first!.hash && path !== first!.path);
  if (other !== undefined)
    throw new GranaryError(
      'ENSEMBLE_IMAGES_DIFFER',
      `The runs are of different datasets: ${first!.run} of ${first!.path}, ${other.run} of ${other.path}.`,
      'Combine runs of one dataset.',
    );
}
