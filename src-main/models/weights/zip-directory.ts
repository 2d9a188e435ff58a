import { crc32 } from 'node:zlib';
import type { DiskFile } from './disk-file.ts';
import { pickleInvalid } from './pickle-values.ts';

/** One file in the archive, stored as it is. */
export interface ZipEntry {
  name: string;
  /** Where its bytes begin in the archive, and how many they are. */
  offset: number;
  size: number;
  crc: number;
}

const END_BYTES = 22;
const MAX_COMMENT = 65_535;
/** A checkpoint of the largest network here has some thousands. */
const MAX_ENTRIES = 65_536;
const MAX_DIRECTORY_BYTES = 64e6;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const FLAG_ENCRYPTED = 0x1;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function safe(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER) throw pickleInvalid('its zip directory has an impossible number');
  return Number(value);
}

/** Where the directory is, from the record at the archive's end; the 64-bit one where there is one. */
function findDirectory(file: DiskFile): { count: number; size: number; offset: number; end: number } {
  const tailStart = Math.max(0, file.size - END_BYTES - MAX_COMMENT);
  const tail = file.read(tailStart, file.size - tailStart);
  const view = viewOf(tail);
  let at = tail.length - END_BYTES;
  const ends = (position: number): boolean =>
    view.getUint32(position, true) === 0x06054b50 &&
    position + END_BYTES + view.getUint16(position + 20, true) === tail.length;
  while (at >= 0 && !ends(at)) at -= 1;
  if (at < 0) throw pickleInvalid('its zip archive has no end: it may be cut short');
  const end = tailStart + at;
  if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) {
    const position = safe(view.getBigUint64(at - 12, true));
    if (position + 56 > end) throw pickleInvalid('its zip directory lies beyond its end');
    const record = viewOf(file.read(position, 56));
    if (record.getUint32(0, true) !== 0x06064b50) throw pickleInvalid('its zip archive has a broken end');
    return {
      count: safe(record.getBigUint64(32, true)),
      size: safe(record.getBigUint64(40, true)),
      offset: safe(record.getBigUint64(48, true)),
      end: position,
    };
  }
  return {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
    end,
  };
}

/** The three numbers that stand in the 64-bit extra field where 32 bits do not hold them. */
function widen(extra: Uint8Array, numbers: number[]): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const size = view.getUint16(at + 2, true);
    if (at + 4 + size > extra.length) break;
    if (view.getUint16(at, true) === 1) {
      let from = at + 4;
      return numbers.map((number) => {
        if (number !== 0xffffffff) return number;
        if (from + 8 > at + 4 + size) throw pickleInvalid('its zip directory lacks a size');
        from += 8;
        return safe(view.getBigUint64(from - 8, true));
      });
    }
    at += 4 + size;
  }
  return numbers;
}

/** Where an entry's bytes begin: its local header must tell the same name. */
function dataStart(file: DiskFile, name: Uint8Array, at: number, limit: number): number {
  if (at + LOCAL_BYTES + name.length > limit)
    throw pickleInvalid('an entry of its zip archive lies beyond its end');
  const head = file.read(at, LOCAL_BYTES + name.length);
  const view = viewOf(head);
  const same = Buffer.from(head.buffer, head.byteOffset + LOCAL_BYTES).equals(name);
  if (view.getUint32(0, true) !== 0x04034b50 || view.getUint16(26, true) !== name.length || !same)
    throw pickleInvalid('an entry of its zip archive has another name where its bytes are');
  return at + LOCAL_BYTES + name.length + view.getUint16(28, true);
}

/**
 * The files of a zip archive as `torch.save` writes it: stored without compression, so that none can be larger than the archive.
 * Each byte belongs to one file at most; names are told apart; nothing is unpacked to the disk.
 * @throws GranaryError PICKLE_INVALID
 */
export function readZipDirectory(file: DiskFile): Map<string, ZipEntry> {
  const { count, size, offset, end } = findDirectory(file);
  if (count > MAX_ENTRIES || size > MAX_DIRECTORY_BYTES || offset + size > end)
    throw pickleInvalid(`its zip directory claims ${count} entries in ${size} bytes`);
  const bytes = file.read(offset, size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + CENTRAL_BYTES > size || view.getUint32(at, true) !== 0x02014b50)
      throw pickleInvalid('its zip directory is broken');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((from) => view.getUint16(at + from, true));
    const nameEnd = at + CENTRAL_BYTES + nameBytes!;
    const next = nameEnd + extraBytes! + commentBytes!;
    if (next > size) throw pickleInvalid('its zip directory is broken');
    const rawName = bytes.subarray(at + CENTRAL_BYTES, nameEnd);
    const name = Buffer.from(rawName).toString('utf8');
    const [whole, packed, local] = widen(bytes.subarray(nameEnd, nameEnd + extraBytes!), [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]) as [number, number, number];
    if (
      view.getUint16(at + 8, true) & FLAG_ENCRYPTED ||
      view.getUint16(at + 10, true) !== 0 ||
      whole !== packed
    )
      throw pickleInvalid(`"${name}" in it is compressed or encrypted, which PyTorch never does`);
    if (entries.has(name)) throw pickleInvalid(`its zip archive has "${name}" twice`);
    const start = dataStart(file, rawName, local, offset);
    if (start + whole > offset) throw pickleInvalid(`"${name}" reaches beyond the archive's files`);
    entries.set(name, { name, offset: start, size: whole, crc: view.getUint32(at + 16, true) });
    at = next;
  }
  let free = 0;
  for (const entry of [...entries.values()].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < free)
      throw pickleInvalid(`"${entry.name}" shares its bytes with another file in the archive`);
    free = entry.offset + entry.size;
  }
  return entries;
}

/** An entry's bytes. @throws GranaryError PICKLE_INVALID when its checksum is another */
export function readZipEntry(file: DiskFile, entry: ZipEntry): Uint8Array {
  const bytes = file.read(entry.offset, entry.size);
  if (crc32(bytes) !== entry.crc)
    throw pickleInvalid(
      `the checksum of "${entry.name}" is wrong (it is damaged, or was saved with checksums switched off)`,
    );
  return bytes;
}
