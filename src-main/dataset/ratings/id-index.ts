/** Whole numbers below this are looked up in an array; larger ones, and all other texts, in a map. */
const SMALL = 1 << 24;

/**
 * Numbers ids from 0 in order of first appearance. Ids are strings: `7` and `07` are two. Most files write whole numbers, and of
 * those a lookup makes no string, which is what lets twenty million rows be read in seconds.
 */
export class IdIndex {
  readonly ids: string[] = [];
  readonly #map = new Map<string, number>();
  /** Index + 1 of each small whole number; 0 where it has not appeared. */
  #small = new Int32Array(4096);

  /** The index of the id that is these bytes. */
  ofBytes(bytes: Buffer, start: number, end: number, text: (start: number, end: number) => string): number {
    const number = smallNumber(bytes, start, end);
    if (number < 0) return this.of(text(start, end));
    if (number >= this.#small.length) this.#grow(number);
    const known = this.#small[number]!;
    if (known > 0) return known - 1;
    const index = this.ids.push(String(number)) - 1;
    this.#small[number] = index + 1;
    return index;
  }

  of(id: string): number {
    const number = SMALL_NUMBER.test(id) ? Number(id) : SMALL;
    if (number < SMALL) {
      const bytes = Buffer.from(id);
      return this.ofBytes(bytes, 0, bytes.length, () => id);
    }
    const known = this.#map.get(id);
    if (known !== undefined) return known;
    const index = this.ids.push(id) - 1;
    this.#map.set(id, index);
    return index;
  }

  /** The index of an id that has appeared; −1 for others. */
  find(id: string): number {
    const number = SMALL_NUMBER.test(id) ? Number(id) : SMALL;
    return number < SMALL ? (this.#small[number] ?? 0) - 1 : (this.#map.get(id) ?? -1);
  }

  #grow(number: number): void {
    const wider = new Int32Array(Math.min(SMALL, Math.max(number + 1, this.#small.length * 2)));
    wider.set(this.#small);
    this.#small = wider;
  }
}

const SMALL_NUMBER = /^(0|[1-9]\d{0,7})$/;

/** The value of bytes that write a small whole number as JavaScript would; −1 for anything else, such as `007`. */
function smallNumber(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length < 1 || length > 8 || (length > 1 && bytes[start] === 0x30)) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value < SMALL ? value : -1;
}
