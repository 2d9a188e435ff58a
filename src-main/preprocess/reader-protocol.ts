import type { SlotSource } from './read-slots.ts';

/** What the reader thread is started with. */
export interface ReaderSetup {
  sources: SlotSource[];
  slotBytes: number;
}

/** One batch to read. `buffer`: {@link HEADER_BYTES} of header, then the pixels. */
export interface ReadRequest {
  buffer: SharedArrayBuffer;
  places: Int32Array;
}

/** Header of a shared buffer, as Int32: its state, and which source was damaged. Pixels start on a cache line of their own. */
export const HEADER_BYTES = 64;
export const STATE = 0;
export const DAMAGED_SOURCE = 1;
export const pending = 0;
export const ready = 1;
export const damaged = 2;
/** Anything else went wrong; whoever waits reads for itself and meets the same error with its full text. */
export const failed = 3;
