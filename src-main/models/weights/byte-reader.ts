import { pickleInvalid } from './pickle-values.ts';

/** Reads a file front to back; whatever lies beyond its end is PICKLE_INVALID. Little-endian but where a name says so. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** The next `count` bytes, as a view. */
  bytes(count: number): Uint8Array {
    if (count > this.remaining)
      throw pickleInvalid(`it ends at byte ${this.#bytes.length}, in the middle of a value`);
    const start = this.#position;
    this.#position += count;
    return this.#bytes.subarray(start, start + count);
  }

  uint8(): number {
    return this.bytes(1)[0]!;
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  bigEndianFloat64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** UTF-8 text of `count` bytes. */
  text(count: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(count));
    } catch (error) {
      if (error instanceof TypeError) throw pickleInvalid(`its text at byte ${this.#position} is not UTF-8`);
      throw error;
    }
  }

  /** Text up to a line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw pickleInvalid('it ends in the middle of a name');
    const text = this.text(end - this.#position);
    this.#position += 1;
    return text;
  }

  #advance(count: number): number {
    const start = this.#position;
    this.bytes(count);
    return start;
  }
}
