import { tick } from 'svelte';

/** All rows have one height, in pixels, so that a long list is drawn only where it is seen. */
export const ROW = 46;
/** Rows that are shown above one that the table opens at. */
const ABOVE = 3;
const MOVES: Readonly<Record<string, number>> = {
  ...{ ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity },
};

/** How far the runs table is scrolled, and which of its rows the keyboard is at, also one that is not drawn yet. */
export class RowWalk {
  /** The row that the keyboard is at, or was last. */
  active = $state(0);
  scrollTop = $state(0);
  /** Of the window onto the rows. */
  height = $state(600);
  readonly #count: () => number;
  #scroller: HTMLElement | null = null;
  /** Whose row the keyboard is at; undefined where it is at none of a run. */
  #run: string | undefined;

  /**
   * @param count how many rows there are
   * @param first the row that it opens at; below 0: the top
   */
  constructor(count: () => number, first: number) {
    this.#count = count;
    this.active = Math.max(0, first);
    this.scrollTop = Math.max(0, (first - ABOVE) * ROW);
  }

  /** Goes along with what is scrolled, whose rows are in a `tbody`. */
  follow(scroller: HTMLElement): () => void {
    this.#scroller = scroller;
    const scrolled = (): void => this.#scrolled();
    const pressed = (event: KeyboardEvent): void => void this.#pressed(event);
    const came = ({ target }: FocusEvent): void => void (this.#run = runOf(target as Element));
    scroller.addEventListener('scroll', scrolled);
    scroller.addEventListener('keydown', pressed);
    scroller.addEventListener('focusin', came);
    return () => {
      scroller.removeEventListener('scroll', scrolled);
      scroller.removeEventListener('keydown', pressed);
      scroller.removeEventListener('focusin', came);
    };
  }

  /** After the table has opened at a row: shows it, and gives it the focus where that is nowhere. */
  open(): void {
    this.#scroller?.scrollTo(0, this.scrollTop);
    // It may have come less far, or nowhere where all rows fit: then no scroll is told either.
    this.#scrolled();
    if (document.activeElement === document.body) this.#focus('button');
  }

  /** Gives the focus to the row that the keyboard was at last; of fewer rows than there were the last one. */
  reach(): Promise<void> {
    return this.#go(this.active, 'button');
  }

  /** After other rows were drawn: the focus of a row that shows another run now goes to where its run is, or to the table, where the arrows go on. */
  drawn(): void {
    const element = document.activeElement;
    const now = runOf(element);
    if (
      !this.#scroller?.contains(element) ||
      now === undefined ||
      this.#run === undefined ||
      now === this.#run
    )
      return;
    const row = this.#scroller.querySelector<HTMLElement>(`[data-run="${CSS.escape(this.#run)}"]`);
    (row?.querySelector('button') ?? this.#scroller).focus({ preventScroll: true });
  }

  #scrolled(): void {
    this.scrollTop = Math.floor((this.#scroller?.scrollTop ?? 0) / ROW) * ROW;
  }

  /** Arrows go from row to row, Home and End to the ends. */
  async #pressed(event: KeyboardEvent): Promise<void> {
    const by = MOVES[event.key];
    const { target } = event;
    if (by === undefined || !(target instanceof HTMLElement)) return;
    if (target !== this.#scroller && target.closest('tbody') === null) return;
    event.preventDefault();
    await this.#go(this.active + by, target instanceof HTMLInputElement ? 'input, button' : 'button');
  }

  /** To the nearest row that there is, which is brought into sight, and to what of it has the focus then. */
  async #go(row: number, what: string): Promise<void> {
    const scroller = this.#scroller;
    if (scroller === null) return;
    const to = Math.max(0, Math.min(this.#count() - 1, row));
    this.active = to;
    const top = to * ROW;
    // (The head hides one row's height.)
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + 2 * ROW > scroller.scrollTop + this.height)
      scroller.scrollTop = top + 2 * ROW - this.height;
    this.scrollTop = scroller.scrollTop;
    await tick();
    this.#focus(what);
  }

  #focus(what: string): void {
    const row = this.#scroller?.querySelector(
      `[data-line="${this.active}"], [aria-rowindex="${this.active + 2}"]`,
    );
    row?.querySelector<HTMLElement>(what)?.focus({ preventScroll: true });
  }
}

function runOf(element: Element | null): string | undefined {
  return element?.closest<HTMLElement>('[data-run]')?.dataset['run'];
}
