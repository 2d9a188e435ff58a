/** Which rows of a long list are drawn. */
export interface RowWindow {
  /** First row that is drawn, and the one after the last. */
  from: number;
  to: number;
  /** Heights in pixels of what stands for the rows before and after. */
  before: number;
  after: number;
}

/**
 * The rows of a list with rows of one height that lie in a scrolled window, and a few around them.
 * @param scrollTop, height pixels of the window
 */
export function rowWindow(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  around = 8,
): RowWindow {
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight) - around));
  const to = Math.min(count, Math.max(from, Math.ceil((scrollTop + height) / rowHeight) + around));
  return { from, to, before: from * rowHeight, after: (count - to) * rowHeight };
}
