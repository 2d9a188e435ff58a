import type { ImageSize } from '../../shared/image-size.ts';

/** A picture whose decoded bytes need nothing but scaling: no turn, no colour profile, 8 bits, no inks. */
export interface PlainFormat extends ImageSize {
  kind: 'jpeg' | 'png';
  /** What it is decoded to: RGB, or RGBA where there may be transparency. */
  channels: 3 | 4;
}

/**
 * Reads the headers of a JPEG or PNG.
 * @returns null for everything that is not certain to be plain, other formats and broken files among it
 */
export function plainFormat(bytes: Uint8Array): PlainFormat | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (file[0] === 0xff && file[1] === 0xd8) return plainJpeg(file);
    return file.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n' ? plainPng(file) : null;
  } catch (error) {
    if (error instanceof RangeError) return null; // It ends within its headers.
    throw error;
  }
}

/** Segments up to the first scan (ITU-T T.81, annex B). */
function plainJpeg(file: Buffer): PlainFormat | null {
  let size: ImageSize | null = null;
  for (let at = 2; ;) {
    const marker = file.readUInt16BE(at);
    if (marker === 0xffda) return size === null ? null : { kind: 'jpeg', channels: 3, ...size };
    const length = file.readUInt16BE(at + 2);
    const content = file.subarray(at + 4, at + 2 + length);
    // Baseline, extended and progressive Huffman frames; all others, and what is no marker at all, are rare or broken.
    if (marker >= 0xffc0 && marker <= 0xffc2) {
      const components = content.readUInt8(5);
      if (content.readUInt8(0) !== 8 || (components !== 1 && components !== 3)) return null;
      size = { height: content.readUInt16BE(1), width: content.readUInt16BE(3) };
    } else if (marker < 0xffc4 || (marker > 0xffc4 && marker < 0xffdb)) return null;
    if (marker === 0xffe2 && content.toString('latin1', 0, 11) === 'ICC_PROFILE') return null;
    if (marker === 0xffe1 && isTurned(content)) return null;
    at += 2 + length;
  }
}

/** Whether EXIF data give another orientation than the stored one (or cannot be understood). */
function isTurned(content: Buffer): boolean {
  if (content.toString('latin1', 0, 6) !== 'Exif\0\0') return false;
  const tiff = content.subarray(6);
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return true;
  const word = (at: number): number => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let i = 0; i < word(directory); i++) {
    const entry = directory + 2 + i * 12;
    // Tag 0x0112, a 16-bit number.
    if (word(entry) === 0x0112) return word(entry + 8) !== 1;
  }
  return false;
}

/** Chunks up to the pixels' first; what matters of the later ones (`eXIf` may come last) is looked for too. */
function plainPng(file: Buffer): PlainFormat | null {
  const [width, height, depth, colour] = [
    file.readUInt32BE(16),
    file.readUInt32BE(20),
    file.readUInt8(24),
    file.readUInt8(25),
  ];
  if (depth > 8) return null;
  let transparent = colour >= 4;
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const name = file.toString('latin1', at + 4, at + 8);
    if (name === 'iCCP' || name === 'eXIf' || name === 'cICP') return null;
    if (name === 'tRNS') transparent = true;
    if (name === 'IEND') return { kind: 'png', channels: transparent ? 4 : 3, height, width };
  }
  return null;
}
