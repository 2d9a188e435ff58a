/**
 * Which of the rows that are drawn stands where in the page's memory. A row that stays keeps its slot, and one that comes takes the
 * slot of one that went: what was made for that one is filled anew instead of being thrown away.
 */
export class RowSlots {
  #slots = new Map<string, number>();

  /** @param keys of the rows that are drawn now, each once @returns their slots, each used once */
  assign(keys: readonly string[]): number[] {
    const before = this.#slots;
    const taken = new Set(keys.flatMap((key) => before.get(key) ?? []));
    let next = 0;
    const free = (): number => {
      while (taken.has(next)) next += 1;
      return next++;
    };
    this.#slots = new Map(keys.map((key) => [key, before.get(key) ?? free()]));
    return [...this.#slots.values()];
  }
}
