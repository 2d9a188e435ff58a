import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * A segment is one file of the pixel cache: `count` pictures of `slotBytes` raw bytes one after another from offset 0, then
 * an index of {@link INDEX_ENTRY} bytes a picture (SHA-256 of the picture's file, CRC-32 of its pixels), then a footer. It is written under a
 * temporary name and renamed when it is whole, and never changes after that. docs/file-formats.md has the layout.
 */
export const SEGMENT_SUFFIX = '.pixels';
const MAGIC = 'GRNPIX01';
export const INDEX_ENTRY = 36;
export const FOOTER_BYTES = 24;

/** A segment opened for reading. */
export interface OpenSegment {
  path: string;
  handle: number;
  /** Place of each picture, by the hex SHA-256 of its file. */
  slots: Map<string, number>;
  /** CRC-32 of each slot's pixels. */
  checksums: Uint32Array;
}

/** The bytes that follow the pixels of a whole segment. */
export function encodeTail(
  slotBytes: number,
  hashes: readonly string[],
  checksums: readonly number[],
): Buffer {
  const tail = Buffer.alloc(hashes.length * INDEX_ENTRY + FOOTER_BYTES);
  hashes.forEach((hash, i) => {
    tail.write(hash, i * INDEX_ENTRY, 'hex');
    tail.writeUInt32LE(checksums[i]!, i * INDEX_ENTRY + 32);
  });
  const footer = tail.length - FOOTER_BYTES;
  tail.write(MAGIC, footer, 'latin1');
  tail.writeUInt32LE(slotBytes, footer + 8);
  tail.writeUInt32LE(hashes.length, footer + 12);
  tail.writeUInt32LE(crc32(tail.subarray(0, footer)), footer + 16);
  return tail;
}

/**
 * Opens a segment and reads its index.
 * @returns null when the file is no whole segment of this slot size (cut short, overwritten, of another version), or is gone
 * @throws the file system's error when it cannot be opened for any other reason
 */
export function openSegment(path: string, slotBytes: number): OpenSegment | null {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const tail = readTail(handle, slotBytes);
  if (tail === null) {
    closeSync(handle);
    return null;
  }
  const slots = new Map<string, number>();
  const count = (tail.length - FOOTER_BYTES) / INDEX_ENTRY;
  const checksums = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    slots.set(tail.toString('hex', i * INDEX_ENTRY, i * INDEX_ENTRY + 32), i);
    checksums[i] = tail.readUInt32LE(i * INDEX_ENTRY + 32);
  }
  return { path, handle, slots, checksums };
}

function readTail(handle: number, slotBytes: number): Buffer | null {
  const bytes = fstatSync(handle).size;
  if (bytes < FOOTER_BYTES) return null;
  const footer = readAt(handle, bytes - FOOTER_BYTES, FOOTER_BYTES);
  if (footer.toString('latin1', 0, 8) !== MAGIC || footer.readUInt32LE(8) !== slotBytes) return null;
  const count = footer.readUInt32LE(12);
  if (bytes !== count * (slotBytes + INDEX_ENTRY) + FOOTER_BYTES) return null;
  const tail = readAt(handle, count * slotBytes, count * INDEX_ENTRY + FOOTER_BYTES);
  const index = tail.subarray(0, count * INDEX_ENTRY);
  return crc32(index) === footer.readUInt32LE(16) ? tail : null;
}

function readAt(handle: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = readSync(handle, bytes, done, length - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return bytes;
}
