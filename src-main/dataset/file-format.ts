/** Formats that are read. */
export const readableFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
export type ReadableFormat = (typeof readableFormats)[number];
/** Formats that are recognised, so that the message can name them. */
export type FileFormat =
  ReadableFormat | 'bmp' | 'heic' | 'video' | 'jpeg-xl' | 'jpeg-2000' | 'svg' | 'html' | 'zip' | 'pdf';

/** What to do with a file that is no readable picture; a sentence without its full stop. */
const remedies: Partial<Record<FileFormat, string>> = {
  bmp: 'convert it to PNG, for example with ImageMagick: mogrify -format png *.bmp',
  heic: 'convert it to JPEG, for example with libheif: heif-convert photo.heic photo.jpg',
  video: 'take pictures from it, for example with: ffmpeg -i film.mp4 frame%04d.jpg',
  'jpeg-xl': 'convert it to PNG, for example with libjxl: djxl photo.jxl photo.png',
  'jpeg-2000': 'convert it to PNG, for example with OpenJPEG: opj_decompress -i photo.jp2 -o photo.png',
  svg: 'draw it as a PNG, for example with librsvg: rsvg-convert drawing.svg -o drawing.png',
  zip: 'unpack it',
  html: 'download the picture itself: this is a web page',
};

/** How the file's content stands in the way: "is heic, which is not supported; convert it …". */
export function whyUnreadable(format: FileFormat | undefined): string {
  if (format === undefined) return 'is no picture';
  const remedy = remedies[format];
  return `is ${format}, which is not supported${remedy === undefined ? '' : `; ${remedy}`}`;
}

const extensions: Record<string, FileFormat> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  jpe: 'jpeg',
  jfif: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  tiff: 'tiff',
  avif: 'avif',
  bmp: 'bmp',
  heic: 'heic',
  heif: 'heic',
  jxl: 'jpeg-xl',
  jp2: 'jpeg-2000',
};

/** The format that a file's name promises; undefined when the name is not a picture's. */
export function formatOfName(path: string): FileFormat | undefined {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') ? extensions[path.slice(dot + 1).toLowerCase()] : undefined;
}

/** The format that a file's first bytes show; undefined when they show none of those above. */
export function formatOfBytes(bytes: Uint8Array): FileFormat | undefined {
  const ascii = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (bytes[0] === 0x89 && ascii(1, 8) === 'PNG\r\n\x1a\n') return 'png';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp';
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return 'gif';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(0, 4))) return 'tiff';
  if (ascii(4, 8) === 'ftyp') {
    // The major brand, a version, then the brands that it is compatible with.
    const brands = ascii(8, 48);
    if (/avi[fs]/.test(brands)) return 'avif';
    return /hei[cxms]|hev[cxms]|mif1|msf1/.test(brands) ? 'heic' : 'video';
  }
  if (ascii(4, 12) === 'jP  \r\n\x87\n') return 'jpeg-2000';
  if (ascii(4, 8) === 'JXL ' || (bytes[0] === 0xff && bytes[1] === 0x0a)) return 'jpeg-xl';
  if (ascii(0, 2) === 'PK') return 'zip';
  if (ascii(0, 4) === '%PDF') return 'pdf';
  // Last, because two bytes are little: "BM", then in a bitmap four zero bytes at 6.
  if (ascii(0, 2) === 'BM' && ascii(6, 10) === '\0\0\0\0') return 'bmp';
  const start = ascii(0, 256).toLowerCase();
  if (start.includes('<svg')) return 'svg';
  if (start.includes('<html') || start.includes('<!doctype html')) return 'html';
  return undefined;
}

export function isReadable(format: FileFormat | undefined): format is ReadableFormat {
  return readableFormats.includes(format as ReadableFormat);
}

/**
 * Whether a picture's bytes stop before the format's own end: JPEG without its end marker, PNG without IEND, WebP shorter than its
 * header says, GIF without its trailer. Only asked when decoding failed, to tell a cut file from a damaged one.
 */
export function endsEarly(bytes: Uint8Array, format: ReadableFormat): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'jpeg':
      return view.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0;
    case 'png':
      return view.lastIndexOf('IEND') < 0;
    case 'webp':
      return view.length < 12 || view.readUInt32LE(4) + 8 > view.length;
    case 'gif':
      return view[view.length - 1] !== 0x3b;
    // Both hold offsets into the file; only decoding can tell.
    case 'tiff':
    case 'avif':
      return false;
  }
}
