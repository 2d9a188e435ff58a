import { parentPort, workerData } from 'node:worker_threads';
import { DamagedSlot, readSlots } from './read-slots.ts';
import {
  DAMAGED_SOURCE,
  HEADER_BYTES,
  type ReadRequest,
  type ReaderSetup,
  STATE,
  damaged,
  failed,
  ready,
} from './reader-protocol.ts';

/**
 * Reads batches into shared memory while the main thread is inside TensorFlow. Requests come as messages, which need nothing
 * of the main thread once they are posted; the answer is the state in the buffer's header, which it can wait for.
 */
const { sources, slotBytes } = workerData as ReaderSetup;

parentPort!.on('message', ({ buffer, places }: ReadRequest) => {
  const header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  let state = ready;
  try {
    readSlots(sources, slotBytes, places, new Uint8Array(buffer, HEADER_BYTES));
  } catch (error) {
    state = error instanceof DamagedSlot ? damaged : failed;
    if (error instanceof DamagedSlot) header[DAMAGED_SOURCE] = error.source;
  }
  Atomics.store(header, STATE, state);
  Atomics.notify(header, STATE);
});
