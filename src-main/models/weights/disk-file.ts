import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { GranaryError } from '../../../shared/errors.ts';

/** Node refuses to read 2 GiB or more at once. */
const PIECE_BYTES = 2 ** 30;

/**
 * A file that is read in pieces by offset, so that a network of 790 MB never lies in memory a second time as a file. It is
 * opened for each reading and must stay the same file.
 */
export class DiskFile {
  readonly path: string;
  readonly size: number;
  readonly #identity: string;

  /** @throws the file system's error */
  constructor(path: string) {
    this.path = path;
    const handle = openSync(path, 'r');
    try {
      const stat = fstatSync(handle);
      if (stat.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
      this.size = stat.size;
      this.#identity = identityOf(stat);
    } finally {
      closeSync(handle);
    }
  }

  /**
   * `length` bytes from `offset`, in memory of their own.
   * @throws GranaryError WEIGHTS_NOT_FOUND when the file has changed or gone since it was opened
   */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let handle: number;
    try {
      handle = openSync(this.path, 'r');
    } catch (error) {
      throw this.#changed(error);
    }
    try {
      if (identityOf(fstatSync(handle)) !== this.#identity) throw this.#changed();
      for (let done = 0; done < length;) {
        const got = readSync(handle, bytes, done, Math.min(PIECE_BYTES, length - done), offset + done);
        if (got === 0) throw this.#changed();
        done += got;
      }
    } finally {
      closeSync(handle);
    }
    return bytes;
  }

  #changed(cause?: unknown): GranaryError {
    return new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `The weights file ${this.path} changed or went away while it was read.`,
      'Leave the file alone until the run has started, and start it again.',
      { cause },
    );
  }
}

function identityOf(stat: { dev: number; ino: number; size: number }): string {
  return [stat.dev, stat.ino, stat.size].join();
}
