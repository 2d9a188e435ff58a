import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** What is needed to read from an open segment, in any thread of the process: file handles are the process's. */
export interface SlotSource {
  handle: number;
  checksums: Uint32Array;
}

/** A slot that does not hold what was written to it. */
export class DamagedSlot extends Error {
  readonly source: number;

  constructor(source: number, slot: number) {
    super(`slot ${slot} of segment ${source} is damaged`);
    this.source = source;
  }
}

/**
 * Reads pictures one after another into `into` and checks each against its checksum.
 * @param places pairs of (index of the source, slot in it)
 * @throws DamagedSlot
 */
export function readSlots(
  sources: readonly SlotSource[],
  slotBytes: number,
  places: Int32Array,
  into: Uint8Array,
): void {
  for (let i = 0; i < places.length / 2; i++) {
    const [source, slot] = [places[i * 2]!, places[i * 2 + 1]!];
    const { handle, checksums } = sources[source]!;
    const start = i * slotBytes;
    let done = 0;
    while (done < slotBytes) {
      const got = readSync(handle, into, start + done, slotBytes - done, slot * slotBytes + done);
      if (got === 0) throw new DamagedSlot(source, slot);
      done += got;
    }
    if (crc32(into.subarray(start, start + slotBytes)) !== checksums[slot])
      throw new DamagedSlot(source, slot);
  }
}
