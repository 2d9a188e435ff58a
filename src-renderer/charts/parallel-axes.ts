import { type Ruler, inLines, shortened } from './short-text.ts';

/** A vertical axis among others that stand side by side. */
export interface ParallelAxis {
  /** In pixels from the left. */
  x: number;
  /** Its title in one or two lines, where it stands, and how. */
  title: { lines: string[]; x: number; anchor: 'start' | 'middle' | 'end' };
  /** To its right. */
  ticks: { at: number; text: string; whole: string }[];
}

export interface AxisText {
  title: string;
  ticks: { at: number; text: string }[];
}

/** Between an axis and its words. */
const GAP = 6;
const SIDE = 6;
const MOST_TICKS = 8;
/** What the words of the last axis have at most, at the right of all. */
const MOST_LAST = 72;
/** Axes stand no nearer than this: figures such as `13.3%` and `0.0005` are whole. */
const LEAST_APART = 54;

/** Pixels that so many axes take at least; where there is less room the plot is wider than it, and scrolls. */
export function leastWidth(count: number): number {
  return Math.max(0, count - 1) * LEAST_APART + 2 * SIDE + GAP + MOST_LAST;
}

/** Axes over a width, the first at its left edge and the words of the last at its right one, all so short that none reaches another's. */
export function parallelAxes(
  axes: readonly AxisText[],
  width: number,
  bold: Ruler,
  plain: Ruler,
): ParallelAxis[] {
  const last = axes.length - 1;
  const widest = Math.max(0, ...(axes[last]?.ticks ?? []).map(({ text }) => plain(text)));
  const lastRoom = Math.min(MOST_LAST, Math.ceil(widest));
  const apart = last > 0 ? (width - 2 * SIDE - GAP - lastRoom) / last : width;
  return axes.map(({ title, ticks }, axis) => {
    const x = last === 0 ? width / 2 : SIDE + axis * apart;
    const room = last === 0 ? width / 2 - 2 * GAP : axis === last ? lastRoom : apart - 2 * GAP;
    const every = Math.ceil(ticks.length / MOST_TICKS);
    const anchor = last === 0 ? 'middle' : axis === 0 ? 'start' : axis === last ? 'end' : 'middle';
    // A title in the middle leaves what the ones at the edges have of its side.
    const titleRoom =
      anchor === 'middle' ? 0.84 * apart : 0.56 * apart + (axis === last ? GAP + lastRoom : 0);
    return {
      x,
      title: {
        lines: inLines(title, titleRoom, bold),
        x: axis === last && last > 0 ? x + GAP + lastRoom : x,
        anchor,
      },
      ticks: ticks
        .filter((_, index) => index % every === 0)
        .map(({ at, text }) => ({ at, text: shortened(text, room, plain), whole: text })),
    };
  });
}
