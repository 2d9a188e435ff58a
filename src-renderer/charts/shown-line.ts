import type { Scale } from 'chart.js';
import type { Range } from './chart-group.ts';
import { fillMark, type MarkShape } from './mark-shapes.ts';
import { type Series, type SeriesView, shownPoints } from './series.ts';
import type { Point } from './thin.ts';

/** Lines may reach this far over the edge of the plot, pixels: half their width, so that one at the edge is as wide as the others. */
const OVER_THE_EDGE = 1;
/** More points than these of a line cannot be told apart by marks. */
const MOST_DOTS = 60;

/** Part of the page that lines are drawn into: pixels of the canvas. */
export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A line as a chart shows it. Its points are worked out when it is first drawn. */
export class ShownLine {
  readonly series: Series;
  /** #rrggbb */
  readonly color: string;
  readonly #view: SeriesView;
  #points: readonly Point[] | null = null;

  constructor(series: Series, view: SeriesView, color: string) {
    this.series = series;
    this.color = color;
    this.#view = view;
  }

  get shape(): MarkShape {
    return this.series.shape ?? 'circle';
  }

  /** Rising in x. */
  get points(): readonly Point[] {
    return (this.#points ??= shownPoints(this.series, this.#view));
  }

  /** @param width of the stroke, pixels */
  stroke(pen: CanvasRenderingContext2D, x: Scale, y: Scale, color: string, width: number): void {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.setLineDash(this.series.dash ?? []);
    pen.beginPath();
    for (const point of this.points) pen.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.y));
    pen.stroke();
  }

  /** Marks at the points inside the area: where they were asked for and are few, and where there is but one, which makes no line. */
  dots(pen: CanvasRenderingContext2D, x: Scale, y: Scale, area: Area): void {
    const { points } = this;
    const few = this.series.dots === true && points.length <= MOST_DOTS;
    if (!few && points.length !== 1) return;
    const radius = few ? 3.1 : 3.5;
    pen.fillStyle = this.color;
    for (const point of points) {
      const [left, top] = [x.getPixelForValue(point.x), y.getPixelForValue(point.y)];
      if (left < area.left - radius || left > area.right + radius) continue;
      if (top < area.top - radius || top > area.bottom + radius) continue;
      fillMark(pen, this.shape, left, top, radius);
    }
  }
}

/** Keeps what is drawn next inside the plot, until the pen is restored. */
export function clipTo(pen: CanvasRenderingContext2D, { left, right, top, bottom }: Area): void {
  pen.beginPath();
  pen.rect(
    left - OVER_THE_EDGE,
    top - OVER_THE_EDGE,
    right - left + 2 * OVER_THE_EDGE,
    bottom - top + 2 * OVER_THE_EDGE,
  );
  pen.clip();
}

/** How far lines reach on both axes; undefined where there are none. */
export interface Reach {
  x: Range | undefined;
  y: Range | undefined;
}

/**
 * How far lines reach in what is shown of them, at the edges of the range where they cross them, too: a part between two points has
 * none of its own. Values that are no number, and on a logarithmic axis those not above zero, are not.
 */
export function reachOf(lines: readonly Series[], { range, log }: Pick<SeriesView, 'range' | 'log'>): Reach {
  const [from, to] = range === null ? [-Infinity, Infinity] : [range.min, range.max];
  const edges = range === null ? [] : [from, to];
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  const reach = (x: number, y: number): void => {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < low) low = y;
    if (y > high) high = y;
  };
  for (const { xs, ys } of lines) {
    const count = Math.min(xs.length, ys.length);
    let [xBefore, yBefore] = [NaN, NaN];
    for (let i = 0; i < count; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      if (!Number.isFinite(y) || (log && y <= 0)) continue;
      if (x >= from && x <= to) reach(x, y);
      for (const edge of edges)
        if (xBefore < edge && edge < x) {
          const share = (edge - xBefore) / (x - xBefore);
          reach(edge, log ? yBefore * (y / yBefore) ** share : yBefore + share * (y - yBefore));
        }
      xBefore = x;
      yBefore = y;
    }
  }
  return left > right
    ? { x: undefined, y: undefined }
    : { x: { min: left, max: right }, y: { min: low, max: high } };
}
