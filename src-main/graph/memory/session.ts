import { type Chunk, PoolAllocator } from './allocator.ts';
import type { Trace } from './walk.ts';

/** What a TensorFlow session would take: plays what fetches take and give back through the books of its allocator. */
export class MemorySession {
  readonly pool: PoolAllocator;
  /** The most that was handed out at once. */
  mostLive = 0;
  /** Of each slot: what was taken and where it lies. */
  readonly #bytes: number[] = [];
  readonly #chunks: (Chunk | null)[] = [];

  constructor(pool = new PoolAllocator()) {
    this.pool = pool;
  }

  /** The same state again, which goes its own way. */
  copy(): MemorySession {
    const { pool, chunks } = this.pool.copy();
    const session = new MemorySession(pool);
    session.mostLive = this.mostLive;
    for (let slot = 0; slot < this.#bytes.length; slot++) {
      const chunk = this.#chunks[slot]!;
      session.#bytes.push(this.#bytes[slot]!);
      // A chunk of a slot that is free may be gone.
      session.#chunks.push(chunk === null ? null : (chunks.get(chunk) ?? null));
    }
    return session;
  }

  /** Runs one fetch with a number of pictures. */
  run({ events, fixed, perPicture }: Trace, pictures: number): void {
    const pool = this.pool;
    const bytes = this.#bytes;
    const chunks = this.#chunks;
    let most = this.mostLive;
    let taken = 0;
    for (let event = 0; event < events.length; event++) {
      const slot = events[event]!;
      if (slot < 0) {
        pool.free(chunks[~slot]!, bytes[~slot]!);
        continue;
      }
      const size = fixed[taken]! + perPicture[taken]! * pictures;
      taken += 1;
      bytes[slot] = size;
      chunks[slot] = pool.allocate(size);
      if (pool.live > most) most = pool.live;
    }
    this.mostLive = most;
  }
}
