import { type PictureAddress, pictureSizes } from '../../shared/picture-address.ts';

const sourcePattern = /^[a-z0-9][a-z0-9-]{0,99}$/;
const MAX_ID = 4096;

/** The inverse of `pictureUrl`; null for anything else. */
export function parsePictureUrl(text: string): PictureAddress | null {
  if (text.length > 4 * MAX_ID) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.protocol !== 'granary:' || url.host !== 'picture') return null;
  const [, source = '', side = '', ...rest] = url.pathname.split('/');
  const size = pictureSizes.find((known) => String(known) === side);
  const id = url.searchParams.get('id');
  if (rest.length > 0 || size === undefined || !sourcePattern.test(source)) return null;
  return id === null || id === '' || id.length > MAX_ID ? null : { source, id, size };
}
