import { Worker } from 'node:worker_threads';
import { DamagedSlot, readSlots } from './read-slots.ts';
import {
  DAMAGED_SOURCE,
  HEADER_BYTES,
  type ReadRequest,
  type ReaderSetup,
  STATE,
  damaged,
  pending,
  ready,
} from './reader-protocol.ts';

/** A batch on its way. Take it once. */
export interface Ticket {
  readonly buffer: SharedArrayBuffer;
  readonly places: Int32Array;
}

/** After this long without an answer the batch is read here: the thread may have died, and waiting blocks its obituary. */
const PATIENCE_MS = 20_000;
/** Batches handed out that must stay untouched: the latest, and the one before it. */
const KEPT = 2;

/** The main thread's side of the reader thread: buffers in shared memory, used again when they are free. */
export class BatchReader {
  readonly #setup: ReaderSetup;
  readonly #thread: Worker;
  readonly #free: SharedArrayBuffer[] = [];
  readonly #taken: SharedArrayBuffer[] = [];

  constructor(setup: ReaderSetup, threadPath: string) {
    this.#setup = setup;
    this.#thread = new Worker(threadPath, { workerData: setup });
    // A thread that dies is survived in `take`; without a listener its error would end the process.
    this.#thread.on('error', () => undefined);
    this.#thread.unref();
  }

  /** Asks the thread for a batch. @param places pairs of (source, slot) */
  ask(places: Int32Array): Ticket {
    const buffer = this.#buffer((places.length / 2) * this.#setup.slotBytes);
    this.#thread.postMessage({ buffer, places } satisfies ReadRequest);
    return { buffer, places };
  }

  /**
   * Waits for the batch. The pixels stay valid until the next take but one.
   * @throws DamagedSlot
   */
  take({ buffer, places }: Ticket): Uint8Array {
    const header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    const bytes = (places.length / 2) * this.#setup.slotBytes;
    Atomics.wait(header, STATE, pending, PATIENCE_MS);
    const state = Atomics.load(header, STATE);
    if (state === damaged) throw new DamagedSlot(header[DAMAGED_SOURCE]!, -1);
    if (state !== ready) {
      // Into memory of its own: a thread that is only slow may still write to the shared buffer.
      const own = new Uint8Array(bytes);
      readSlots(this.#setup.sources, this.#setup.slotBytes, places, own);
      return own;
    }
    this.#taken.push(buffer);
    if (this.#taken.length > KEPT) this.#free.push(this.#taken.shift()!);
    return new Uint8Array(buffer, HEADER_BYTES, bytes);
  }

  /** Ends the thread. The promise settles when it reads no more, so that files may be closed. */
  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #buffer(bytes: number): SharedArrayBuffer {
    // Rounded up, because pixels may be handed on as 32-bit words.
    const wanted = HEADER_BYTES + Math.ceil(bytes / 64) * 64;
    const fitting = this.#free.findIndex((buffer) => buffer.byteLength >= wanted);
    const buffer = fitting < 0 ? new SharedArrayBuffer(wanted) : this.#free.splice(fitting, 1)[0]!;
    Atomics.store(new Int32Array(buffer, 0, HEADER_BYTES / 4), STATE, pending);
    return buffer;
  }
}
