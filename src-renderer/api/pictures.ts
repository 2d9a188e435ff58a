import type { ReadPicture } from '../../shared/ipc/pictures.ts';
import { type PictureAddress, tileSize } from '../../shared/picture-address.ts';
import { ask } from './granary.ts';

/** Cancels are sent together: a fling of the wheel leaves hundreds behind. */
const GATHER_MS = 40;
const MOST = 2000;
let gathered: PictureAddress[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells main that nobody looks at a picture any more that it may not have made yet. */
export function letPictureGo(address: PictureAddress): void {
  gathered.push(address);
  timer ??= setTimeout(() => {
    const addresses = gathered.slice(-MOST);
    gathered = [];
    timer = undefined;
    // A cancel that is lost costs a thumbnail, nothing else.
    ask('pictures:cancel', { addresses }).catch(() => undefined);
  }, GATHER_MS);
}

/** Many small pictures of one source in one answer. @param make also those that no cache holds, as far as one answer's time goes */
export function readPictures(source: string, ids: readonly string[], make: boolean): Promise<ReadPicture[]> {
  return ask('pictures:read', { addresses: ids.map((id) => ({ source, id, size: tileSize })), make });
}
