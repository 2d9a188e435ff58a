import { existsSync } from 'node:fs';
import { GranaryError } from '../../shared/errors.ts';
import type { Manifest } from '../../shared/records/dataset.ts';
import { browsePictures, crossTable } from '../pictures/browse.ts';
import { readPictures } from '../pictures/read-pictures.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  | 'dataset:present'
  | 'dataset:pictures'
  | 'dataset:cross-table'
  | 'dataset:copies'
  | 'pictures:read'
  | 'pictures:cancel'
>;

export function pictureHandlers({ session }: Services): Own {
  const manifestOf = (hash: string): Manifest => {
    const manifest = session.pictures.catalogue.manifest(hash);
    if (manifest !== null) return manifest;
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      'This workspace does not know the dataset.',
      'Read it again: drop its folder on the window.',
    );
  };
  return {
    'dataset:present': ({ hash }) => existsSync(manifestOf(hash).root),
    'dataset:pictures': ({ hash, filter, offset, limit }) =>
      browsePictures(manifestOf(hash), filter, offset, limit),
    'dataset:cross-table': ({ hash, rows, columns }) => crossTable(manifestOf(hash), rows, columns),
    'dataset:copies': ({ hash }) => manifestOf(hash).copies ?? [],
    'pictures:read': ({ addresses, make }) => readPictures(session.pictures, addresses, make),
    'pictures:cancel': ({ addresses }) => session.pictures.cancel(addresses),
  };
}
