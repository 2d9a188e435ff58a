import type { Range } from './chart-group.ts';
import type { MarkShape } from './mark-shapes.ts';
import { type Point, thin } from './thin.ts';

export interface Series {
  name: string;
  /** A colour of styles/tokens.css such as `--chart-train`, or #rrggbb. */
  color: string;
  /** Rising. */
  xs: ArrayLike<number>;
  /** As long as `xs`; NaN where there is no value. */
  ys: ArrayLike<number>;
  /** Drawn thin and pale behind the others, and kept out of the tooltip. */
  faint?: boolean;
  /** A mark at each point, where there are few enough to tell them apart. */
  dots?: boolean;
  /** Lengths of strokes and gaps in pixels, to tell lines of one colour apart. */
  dash?: number[] | undefined;
  /** Of the marks, for the same end; circles without one. */
  shape?: MarkShape;
}

/** What of a chart's lines is shown. */
export interface SeriesView {
  /** Of the x axis; null: all of it. */
  range: Range | null;
  /** About as many points of a line as its pixels can tell apart. */
  most: number;
  /** A logarithmic y axis. */
  log: boolean;
}

/** The points of a line that are drawn. */
export function shownPoints({ xs, ys }: Series, { range, most, log }: SeriesView): Point[] {
  const points = thin(xs, ys, range, most);
  return log ? points.filter(({ y }) => y > 0) : points;
}
