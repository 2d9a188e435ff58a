import { type Ruler, inLines, shortened } from './short-text.ts';

/** A vertical axis among others that stand side by side. */
export interface ParallelAxis {
  /** In pixels from the left. */
  x: number;
  anchor: 'start' | 'middle' | 'end';
  /** Its title in one or two lines. */
  title: string[];
  /** Beside it, on the side on which the lines are. */
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
/** Axes stand no nearer than this; where they would the plot is wider than its place, and scrolls. */
export const LEAST_APART = 44;

/**
 * Axes over a width, the first and the last at its edges, with words so short that none reaches another's.
 * @param bold measures titles, `plain` all else
 */
export function parallelAxes(
  axes: readonly AxisText[],
  width: number,
  bold: Ruler,
  plain: Ruler,
): ParallelAxis[] {
  const last = axes.length - 1;
  const apart = last > 0 ? (width - 2 * SIDE) / last : width;
  const widest = ({ ticks }: AxisText): number => Math.max(0, ...ticks.map(({ text }) => plain(text)));
  return axes.map(({ title, ticks }, axis) => {
    const anchor = last === 0 ? 'middle' : axis === 0 ? 'start' : axis === last ? 'end' : 'middle';
    // The last axis has its words at its left, where those of the one before it stand, too.
    const shared = apart - 3 * GAP;
    const half = shared / 2;
    const room =
      axis < last - 1 || last === 0
        ? apart - 2 * GAP
        : axis === last
          ? Math.max(half, shared - widest(axes[last - 1]!))
          : Math.max(half, shared - widest(axes[last]!));
    const every = Math.ceil(ticks.length / MOST_TICKS);
    return {
      x: last === 0 ? width / 2 : SIDE + axis * apart,
      anchor,
      title: inLines(title, anchor === 'middle' ? 0.84 * apart : 0.56 * apart, bold),
      ticks: ticks
        .filter((_, index) => index % every === 0)
        .map(({ at, text }) => ({ at, text: shortened(text, room, plain), whole: text })),
    };
  });
}
