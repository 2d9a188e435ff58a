import { createHash } from 'node:crypto';
import { z } from 'zod';

const word = z.number().int().min(0).max(0xffffffff);

/** A generator's whole state, as it is written into checkpoints. */
export const randomStateSchema = z.object({
  /** Seed and labels of the forks that led here. */
  key: z.string(),
  words: z.tuple([word, word, word, word]),
  /** The second of a pair of normal numbers, not given out yet. */
  spare: z.number().nullable(),
});
export type RandomState = z.infer<typeof randomStateSchema>;

/**
 * The one source of randomness: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state. The same seed gives the same numbers
 * on every machine, and the state can be saved, so a run can be resumed and repeated exactly.
 */
export class Random {
  readonly #key: string;
  readonly #words = new Uint32Array(4);
  #spare: number | null = null;

  /** @param seed any number; a text seeds a stream of its own. */
  constructor(seed: number | string) {
    this.#key = String(seed);
    const digest = createHash('sha256').update(this.#key).digest();
    for (let i = 0; i < 3; i++) this.#words[i] = digest.readUInt32LE(4 * i);
    this.#words[3] = 1;
  }

  /** Uniform over all 32-bit unsigned integers. */
  uint32(): number {
    const w = this.#words;
    // Uint32Array wraps around, as sfc32 needs.
    const sum = (w[0]! + w[1]! + w[3]!) >>> 0;
    w[3]! += 1;
    w[0] = w[1]! ^ (w[1]! >>> 9);
    w[1] = w[2]! + (w[2]! << 3);
    w[2] = ((w[2]! << 21) | (w[2]! >>> 11)) + sum;
    return sum;
  }

  /** Uniform in [0, 1) in steps of 2⁻²⁴, so that it stays below 1 when it is stored as a float32. */
  next(): number {
    return (this.uint32() >>> 8) / 0x1000000;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Standard normal, by Box and Muller's method. */
  normal(): number {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    // (0, 1], so that the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / 0x100000000));
    const angle = 2 * Math.PI * this.next();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Uniform over 0 … n − 1, without the bias of a remainder. `n` is at most 2³². */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0x100000000) throw new RangeError(`integer(${n})`);
    const limit = 0x100000000 - (0x100000000 % n);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % n;
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<A extends { [index: number]: unknown; length: number }>(items: A): A {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /**
   * An independent stream named by `label`. It depends on the seed and the labels alone, not on what was drawn before: adding a
   * draw in one place changes nothing elsewhere.
   */
  fork(label: string): Random {
    return new Random(`${this.#key}/${label}`);
  }

  state(): RandomState {
    const [a, b, c, d] = this.#words;
    return { key: this.#key, words: [a!, b!, c!, d!], spare: this.#spare };
  }

  /** The generator that goes on where `state` was taken. */
  static restore(state: RandomState): Random {
    const random = new Random(state.key);
    random.#words.set(state.words);
    random.#spare = state.spare;
    return random;
  }
}
