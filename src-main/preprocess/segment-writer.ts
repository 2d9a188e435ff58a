import { randomBytes } from 'node:crypto';
import { closeSync, fdatasync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SEGMENT_SUFFIX, encodeTail } from './segment.ts';

const flush = promisify(fdatasync);

/** Unfinished segments: `.<process>-<random>.part`. A sweep deletes those whose process is gone. */
export const PART_PATTERN = /^\.(\d+)-[0-9a-f]+\.part$/;

/** Writes one segment under a temporary name; nobody sees it before `finish`. */
export class SegmentWriter {
  readonly #folder: string;
  readonly #slotBytes: number;
  readonly #name = randomBytes(8).toString('hex');
  readonly #part: string;
  readonly #handle: number;
  readonly #hashes: string[] = [];
  readonly #checksums: number[] = [];

  constructor(folder: string, slotBytes: number) {
    this.#folder = folder;
    this.#slotBytes = slotBytes;
    this.#part = join(folder, `.${process.pid}-${this.#name}.part`);
    this.#handle = openSync(this.#part, 'wx');
  }

  get count(): number {
    return this.#hashes.length;
  }

  /**
   * Appends one picture.
   * @param checksum CRC-32 of the pixels
   * @throws the file system's error (a full disk among them)
   */
  append(hash: string, pixels: Uint8Array, checksum: number): void {
    if (pixels.length !== this.#slotBytes) throw new RangeError(`A slot has ${this.#slotBytes} bytes.`);
    this.#write(pixels, this.#hashes.length * this.#slotBytes);
    this.#hashes.push(hash);
    this.#checksums.push(checksum);
  }

  /** Makes the segment whole and visible, on disk before it has its name. */
  async finish(): Promise<void> {
    try {
      const tail = encodeTail(this.#slotBytes, this.#hashes, this.#checksums);
      this.#write(tail, this.#hashes.length * this.#slotBytes);
      await flush(this.#handle);
    } catch (error) {
      this.discard();
      throw error;
    }
    closeSync(this.#handle);
    renameSync(this.#part, join(this.#folder, this.#name + SEGMENT_SUFFIX));
  }

  discard(): void {
    closeSync(this.#handle);
    rmSync(this.#part, { force: true });
  }

  #write(bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(this.#handle, bytes, done, bytes.length - done, position + done);
    }
  }
}
