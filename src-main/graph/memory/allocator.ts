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
  region: Region;
  start: number;
  size: number;
  free: boolean;
  before: Chunk | null;
  after: Chunk | null;
}

/** Memory that was had from the system in one piece. */
interface Region {
  place: number;
  /** 1: written to at some time. */
  pages: Uint8Array;
  /** All pages before it were written to. Chunks are taken from the front, so that these are most. */
  touchedUpTo: number;
  first: Chunk;
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
  readonly #regions: Region[] = [];
  /** Free chunks by size, then by address. */
  readonly #free: Chunk[] = [];

  /** The same state again, which goes its own way. @returns it, and which of its chunks each chunk of this pool became */
  copy(): { pool: PoolAllocator; chunks: Map<Chunk, Chunk> } {
    const pool = new PoolAllocator();
    const chunks = new Map<Chunk, Chunk>();
    Object.assign(pool, { live: this.live, touched: this.touched });
    pool.#small = this.#small;
    pool.#mostSmall = this.#mostSmall;
    pool.#nextRegion = this.#nextRegion;
    for (const from of this.#regions) {
      const region = newRegion(from.place, from.pages.slice());
      region.touchedUpTo = from.touchedUpTo;
      let last: Chunk | null = null;
      for (let chunk: Chunk | null = from.first; chunk !== null; chunk = chunk.after) {
        const { start, size, free } = chunk;
        const same: Chunk =
          last === null ? region.first : { region, start, size, free, before: last, after: null };
        if (last === null) Object.assign(same, { start, size, free });
        else last.after = same;
        chunks.set(chunk, same);
        last = same;
      }
      pool.#regions.push(region);
    }
    for (const chunk of this.#free) pool.#free.push(chunks.get(chunk)!);
    return { pool, chunks };
  }

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
    const region = newRegion(this.#regions.length, new Uint8Array(Math.ceil(size / PAGE)));
    this.#regions.push(region);
    region.first.size = size;
    return region.first;
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
    this.#free.splice(this.#place(chunk.size, chunk.region.place, chunk.start), 0, chunk);
  }

  #remove(chunk: Chunk): void {
    this.#free.splice(this.#place(chunk.size, chunk.region.place, chunk.start), 1);
  }

  /** Binary search: the first place in the free list whose chunk does not come before these. */
  #place(size: number, region: number, start: number): number {
    const free = this.#free;
    let [low, high] = [0, free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = free[middle]!;
      if ((chunk.size - size || chunk.region.place - region || chunk.start - start) >= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #touch({ region, start }: Chunk, bytes: number): void {
    const { pages, touchedUpTo } = region;
    const last = Math.ceil((start + bytes) / PAGE);
    if (last <= touchedUpTo) return;
    const first = Math.floor(start / PAGE);
    for (let page = Math.max(first, touchedUpTo); page < last; page++) {
      if (pages[page] === 1) continue;
      pages[page] = 1;
      this.touched += PAGE;
    }
    if (first <= touchedUpTo) region.touchedUpTo = last;
  }
}

/** A region whose first chunk is all of it; its size is yet to be set. */
function newRegion(place: number, pages: Uint8Array): Region {
  const region = { place, pages, touchedUpTo: 0 } as Region;
  region.first = { region, start: 0, size: 0, free: false, before: null, after: null };
  return region;
}
