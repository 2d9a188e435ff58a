import { crc32 } from 'node:zlib';

export interface ZipEntry {
  name: string;
  content: Buffer | string;
  /** Unix mode, such as 0o120777 for a link. */
  mode?: number;
  /** What the archive says of the content, where that is not the truth. */
  claims?: { size?: number; crc?: number };
  encrypted?: boolean;
}

/** A zip of stored entries, written by hand so that tests can make what no archive program would. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, claims = {}, encrypted = false } of entries) {
    const data = Buffer.from(content);
    const path = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800 | (encrypted ? 1 : 0), 2);
    common.writeUInt32LE(claims.crc ?? crc32(data), 10);
    common.writeUInt32LE(claims.size ?? data.length, 14);
    // A lock puts twelve bytes before the content.
    common.writeUInt32LE(claims.size ?? data.length - (encrypted ? 12 : 0), 18);
    common.writeUInt16LE(path.length, 22);
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    // Version made by: 3 is Unix.
    central.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, path);
    offset += 30 + path.length + data.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...central, end]);
}
