import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import type { ImageSize } from '../../shared/image-size.ts';
import { entryPath } from '../files/paths.ts';
import { fitPixels } from './fit-pixels.ts';
import type { RawPicture } from './resample.ts';
import type { PixelSettings } from './pixel-settings.ts';

export interface FitRequest {
  raw: RawPicture;
  picture: ImageSize;
  settings: PixelSettings;
}

export interface FitAnswer {
  /** RGB bytes of the settings' size. */
  pixels: Uint8Array;
  /** Their CRC-32. */
  checksum: number;
}

/** Scaling takes less time than decoding, which has the machine's other threads. */
const MOST_THREADS = 4;
/** For fewer pictures no thread is worth its start. */
const WORTH_THREADS = 64;

interface Waiting {
  resolve: (answer: FitAnswer) => void;
  reject: (error: Error) => void;
}

/** Threads that scale decoded pictures. Each answers in the order in which it was asked. */
export class FitPool {
  readonly #threads: { worker: Worker; waiting: Waiting[] }[] = [];
  #failure: Error | undefined;

  /**
   * @param pictures how many will be scaled; a few are scaled in this thread
   * @param threadPath the built thread; tests bring their own
   */
  constructor(pictures: number, threadPath?: string) {
    if (pictures < WORTH_THREADS) return;
    const count = Math.min(MOST_THREADS, availableParallelism());
    for (let i = 0; i < count; i++) this.#start(threadPath ?? entryPath('fit-thread'));
  }

  /**
   * Scales a picture. Its pixels belong to the pool from here on, with the whole buffer that they lie in.
   * @throws Error when a thread died
   */
  fit(raw: RawPicture, picture: ImageSize, settings: PixelSettings): Promise<FitAnswer> {
    const { height, width } = picture;
    const [first, ...others] = this.#threads;
    if (first === undefined) {
      const pixels = fitPixels(raw, picture, settings);
      return Promise.resolve({ pixels, checksum: crc32(pixels) });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    // Buffers of libvips cannot be moved to another thread.
    if (raw.pixels instanceof Buffer) raw = { ...raw, pixels: new Uint8Array(raw.pixels) };
    const idle = others.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a), first);
    return new Promise((resolve, reject) => {
      idle.waiting.push({ resolve, reject });
      idle.worker.postMessage({ raw, picture: { height, width }, settings } satisfies FitRequest, [
        raw.pixels.buffer as ArrayBuffer,
      ]);
    });
  }

  /** Ends the threads. What was not answered never is. */
  close(): void {
    for (const { worker } of this.#threads.splice(0)) void worker.terminate();
  }

  #start(path: string): void {
    const waiting: Waiting[] = [];
    const worker = new Worker(path);
    worker.on('message', (answer: FitAnswer) => waiting.shift()?.resolve(answer));
    const fail = (error: Error): void => {
      this.#failure ??= error;
      waiting.splice(0).forEach(({ reject }) => reject(error));
    };
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`The thread that scales pictures ended (${code}).`)));
    this.#threads.push({ worker, waiting });
  }
}
