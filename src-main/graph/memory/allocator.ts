/** Sizes that TensorFlow gives to its pool; smaller ones go to the C library (`mkl_cpu_allocator.h`). */
const POOL_FROM = 256 * 1024;
const ROUNDING = 256;
const FIRST_REGION = 2 ** 20;
/** A free chunk is cut when it is twice what is wanted, or when this much would be left over. */
const MOST_WASTE = 128 * 2 ** 20;
/** Grain in which touched memory is counted. */
const PAGE = 128 * 1024;

/** A piece of a region. */
export interface Chunk {
  region: number;
  start: number;
  size: number;
  free: boolean;
  before: Chunk | null;
  after: Chunk | null;
}

/**
 * TensorFlow's allocator for main memory under oneDNN, without the memory: best fit with coalescing in regions that double in size
 * (`bfc_allocator.cc`). It never gives memory back, so what a process keeps resident is what was ever touched, and that is more
 * than what is alive at once: chunks are handed out whole when they are less than twice what is wanted.
 */
export class PoolAllocator {
  /** Bytes that are handed out now. */
  live = 0;
  /** Bytes that were ever written to, in the pool and outside it: the C library keeps its own, too. */
  touched = 0;
  #small = 0;
  #mostSmall = 0;
  #nextRegion = FIRST_REGION;
  readonly #pages: Uint8Array[] = [];
  /** Free chunks by size, then by address. */
  readonly #free: Chunk[] = [];

  /** @returns the chunk that was handed out; null: it is the C library's */
  allocate(bytes: number): Chunk | null {
    this.live += bytes;
    if (bytes < POOL_FROM) {
      this.#small += bytes;
      if (this.#small > this.#mostSmall) {
        this.touched += this.#small - this.#mostSmall;
        this.#mostSmall = this.#small;
      }
      return null;
    }
    const wanted = Math.ceil(bytes / ROUNDING) * ROUNDING;
    const chunk = this.#take(wanted) ?? this.#extend(wanted);
    if (chunk.size >= 2 * wanted || chunk.size - wanted >= MOST_WASTE) this.#split(chunk, wanted);
    this.#touch(chunk, bytes);
    return chunk;
  }

  /** @param bytes as many as were asked for */
  free(given: Chunk | null, bytes: number): void {
    this.live -= bytes;
    if (given === null) {
      this.#small -= bytes;
      return;
    }
    let chunk = given;
    chunk.free = true;
    if (chunk.after?.free === true) {
      this.#remove(chunk.after);
      this.#absorb(chunk, chunk.after);
    }
    if (chunk.before?.free === true) {
      const { before } = chunk;
      this.#remove(before);
      this.#absorb(before, chunk);
      chunk = before;
    }
    this.#insert(chunk);
  }

  /** The smallest free chunk that is large enough. */
  #take(wanted: number): Chunk | null {
    const at = this.#place(wanted, -1, 0);
    const chunk = this.#free[at];
    if (chunk === undefined) return null;
    this.#free.splice(at, 1);
    chunk.free = false;
    return chunk;
  }

  #extend(wanted: number): Chunk {
    const grew = wanted > this.#nextRegion;
    while (wanted > this.#nextRegion) this.#nextRegion *= 2;
    const size = this.#nextRegion;
    if (!grew) this.#nextRegion *= 2;
    const region = this.#pages.push(new Uint8Array(Math.ceil(size / PAGE))) - 1;
    return { region, start: 0, size, free: false, before: null, after: null };
  }

  #split(chunk: Chunk, size: number): void {
    const { region, start, after } = chunk;
    const rest = { region, start: start + size, size: chunk.size - size, free: true, before: chunk, after };
    if (after !== null) after.before = rest;
    chunk.after = rest;
    chunk.size = size;
    this.#insert(rest);
  }

  /** Makes `chunk` as large as both, the second of which lies behind it. */
  #absorb(chunk: Chunk, behind: Chunk): void {
    chunk.size += behind.size;
    chunk.after = behind.after;
    if (behind.after !== null) behind.after.before = chunk;
  }

  #insert(chunk: Chunk): void {
    this.#free.splice(this.#place(chunk.size, chunk.region, chunk.start), 0, chunk);
  }

  #remove(chunk: Chunk): void {
    this.#free.splice(this.#place(chunk.size, chunk.region, chunk.start), 1);
  }

  /** Binary search: the first place in the free list whose chunk does not come before these. */
  #place(size: number, region: number, start: number): number {
    let [low, high] = [0, this.#free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#free[middle]!;
      if ((chunk.size - size || chunk.region - region || chunk.start - start) >= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #touch({ region, start }: Chunk, bytes: number): void {
    const pages = this.#pages[region]!;
    const last = Math.ceil((start + bytes) / PAGE);
    for (let page = Math.floor(start / PAGE); page < last; page++) {
      if (pages[page] === 1) continue;
      pages[page] = 1;
      this.touched += PAGE;
    }
  }
}
