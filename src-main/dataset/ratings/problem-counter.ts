import type { RatingsProblem } from '../../../shared/records/ratings.ts';

type Code = RatingsProblem['code'];

const EXAMPLES = 5;

const sentences: Record<Code, (count: number) => string> = {
  RATING_NOT_NUMERIC: (n) => `${rows(n)} no number where the rating should be; left out.`,
  ID_MISSING: (n) => `${rows(n)} no user or no item; left out.`,
  ROW_SHORT: (n) => `${rows(n)} fewer cells than are needed; left out.`,
  DUPLICATE: (n) =>
    `${n === 1 ? '1 rating is' : `${n} ratings are`} of an item that the same user has rated again later; only the last counts.`,
  USER_WITH_ONE_RATING: (n) =>
    `${n} ${n === 1 ? 'user has' : 'users have'} a single rating: nothing is left to check them by.`,
  ITEM_WITH_ONE_RATING: (n) => `${n} ${n === 1 ? 'item has' : 'items have'} a single rating.`,
  ITEM_WITHOUT_TITLE: (n) => `${n} rated ${n === 1 ? 'item is' : 'items are'} not in the titles file.`,
  TITLE_WITHOUT_RATING: (n) =>
    `${n} ${n === 1 ? 'title is of an item' : 'titles are of items'} that nobody has rated: nothing can be said of ${n === 1 ? 'it' : 'them'}.`,
  TIME_NOT_READABLE: (n) => `${rows(n)} no readable time; counted as the earliest.`,
};

const rows = (n: number): string => (n === 1 ? '1 row has' : `${n} rows have`);

/** Counts what is wrong, and keeps the first few examples of each kind. */
export class ProblemCounter {
  readonly #found = new Map<Code, { count: number; examples: string[] }>();

  /** @param example a line's number, or an id */
  add(code: Code, example: number | string, count = 1): void {
    const found = this.#found.get(code) ?? { count: 0, examples: [] };
    found.count += count;
    if (found.examples.length < EXAMPLES)
      found.examples.push(typeof example === 'number' ? `line ${example}` : example);
    this.#found.set(code, found);
  }

  count(code: Code): number {
    return this.#found.get(code)?.count ?? 0;
  }

  list(): RatingsProblem[] {
    return [...this.#found].map(([code, { count, examples }]) => ({
      code,
      message: sentences[code](count),
      count,
      examples,
    }));
  }
}
