/** Longest side, in pixels, that a picture is served with. Few, so that a cache of them is hit. */
export const pictureSizes = [128, 256, 512, 1024] as const;
/** Longest side of what a grid's tiles show. */
export const tileSize = 256;
export type PictureSize = (typeof pictureSizes)[number];

/** The host of `granary:` that serves pictures. The page has another, so no picture is ever of the page's origin. */
export const pictureOrigin = 'granary://picture';

/** One picture as the window may ask for it: by a source that main knows, and an id in it, never by a path. */
export interface PictureAddress {
  /** A dataset's hash, or the name that main gave to pictures outside any dataset. */
  source: string;
  /** Image id, as the manifest has it. */
  id: string;
  size: PictureSize;
}

/** What an `<img>` asks for. */
export function pictureUrl({ source, id, size }: PictureAddress): string {
  // The id is a query: in a path, dots and slashes would be worked on by whoever parses the address.
  return `${pictureOrigin}/${source}/${size}?id=${encodeURIComponent(id)}`;
}
