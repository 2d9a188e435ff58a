/** Font size of a tooltip's rows, pixels. */
export const ROW_FONT = 12;
/** Between two of them. */
export const ROW_SPACING = 2;
/** Title, the row that counts the rest, and padding. */
const FRAME = 70;
const LINE_HEIGHT = 1.2;

/**
 * Which of the values under the pointer a tooltip tells: the lowest first, as many as a chart has room for.
 * @param values of each curve
 * @param height of the chart, pixels
 * @returns places in `values`, and how many are left out
 */
export function tooltipRows(values: readonly number[], height: number): { told: number[]; left: number } {
  const room = Math.max(1, Math.floor((height - FRAME) / (ROW_FONT * LINE_HEIGHT + ROW_SPACING)));
  const told = values
    .map((_, place) => place)
    .sort((a, b) => lowestFirst(values[a]!, values[b]!))
    .slice(0, room);
  return { told, left: values.length - told.length };
}

/** Puts what is no number, such as the loss of a run that diverged, after all that are. */
function lowestFirst(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}
