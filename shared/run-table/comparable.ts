import type { RunRow } from '../ipc/views.ts';
import type { FigureMeaning } from './figures.ts';

type Hashes = Pick<RunRow, 'datasetHash' | 'validHash'>;

/**
 * Whether two runs' figures are of the same pictures: validation pictures by their hash; the hold-out is the same for all runs of
 * a dataset. What is not known is not the same.
 */
export function samePictures(a: Hashes, b: Hashes, pictures: FigureMeaning['pictures']): boolean {
  const key = pictures === 'holdout' ? 'datasetHash' : 'validHash';
  return a[key] !== null && a[key] === b[key] && a.datasetHash === b.datasetHash;
}

/** How many different sets of pictures these runs' figures are of; runs without any do not count. */
export function pictureSets(rows: readonly Hashes[], pictures: FigureMeaning['pictures']): number {
  const key = pictures === 'holdout' ? 'datasetHash' : 'validHash';
  return new Set(rows.flatMap((row) => (row[key] === null ? [] : [`${row.datasetHash} ${row[key]}`]))).size;
}
