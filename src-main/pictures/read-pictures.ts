import type { ReadPicture } from '../../shared/ipc/pictures.ts';
import type { PictureAddress } from '../../shared/picture-address.ts';
import type { PictureService, Served } from './picture-service.ts';

/** How long one answer waits for pictures that are being made. */
const PATIENCE_MS = 60;

/**
 * Many pictures in one answer: a request for each costs the window and main more than drawing it.
 * @param make also those that no cache holds. What is not made in time is null and no longer asked for: whoever still looks at
 *   it asks again, so that what has scrolled away meanwhile is not made in vain.
 * @returns in the order of the addresses
 */
export async function readPictures(
  service: Pick<PictureService, 'read' | 'cancel'>,
  addresses: readonly PictureAddress[],
  make: boolean,
  patienceMs = PATIENCE_MS,
): Promise<ReadPicture[]> {
  const found = addresses.map((): ReadPicture => null);
  let over = false;
  // What is asked last is made first.
  const all = Promise.all(
    [...addresses.keys()].reverse().map(async (place) => {
      found[place] = shown(await service.read(addresses[place]!, () => make && !over));
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([all, patience]);
  clearTimeout(timer);
  // A picture whose cache is still looked into must not be made after this: nobody would take it away.
  over = true;
  if (make) service.cancel(addresses.filter((_, place) => found[place] === null));
  return found;
}

function shown(served: Served): ReadPicture {
  if (served.status === 204) return null;
  if (served.status !== 200 || served.type !== 'image/jpeg') return false;
  // A copy of just these bytes: what is sent is the whole memory that a view looks into.
  return Uint8Array.from(served.bytes);
}
