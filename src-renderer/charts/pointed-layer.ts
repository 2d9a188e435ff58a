import type { Chart, Plugin } from 'chart.js';
import { drawTooltip, type TooltipStyle } from './draw-tooltip.ts';
import { fillMark } from './mark-shapes.ts';
import type { ShownLine } from './shown-line.ts';
import type { Point } from './thin.ts';
import { tooltipRows } from './tooltip-rows.ts';

/** What a chart has under its pointer. */
export interface PointedAt {
  /** Where the pointer is on the x axis; null: in no chart of the group. */
  x: number | null;
  /** That can be pointed at. */
  lines: readonly ShownLine[];
  style: TooltipStyle;
  /** How the tooltip says where the pointer is, and what a line says there. */
  title: (x: number) => string;
  row: (line: ShownLine, y: number) => string;
}

/** Radius of a marked point in pixels. */
const POINT = 4.5;
/** A line that ends further away than this, in pixels, has nothing to say. */
const NEAR = 40;

/**
 * What shows where the pointer is: a line through the chart, the nearest point of each curve, and the tooltip. The chart below it
 * is kept as a picture, so that a moved pointer draws no curve again.
 */
export class PointedLayer {
  readonly #at: () => PointedAt;
  #picture: HTMLCanvasElement | null = null;
  #fresh = false;

  readonly plugin: Plugin<'line'> = {
    id: 'pointed',
    afterDraw: (chart) => {
      this.#fresh = this.#at().x !== null;
      if (!this.#fresh) return;
      this.#keep(chart);
      this.#show(chart);
    },
  };

  constructor(at: () => PointedAt) {
    this.#at = at;
  }

  /** The pointer has moved, come or gone. */
  moved(chart: Chart<'line'>): void {
    if (this.#fresh && this.#at().x !== null) this.#show(chart);
    else chart.draw();
  }

  #keep({ canvas }: Chart<'line'>): void {
    const picture = (this.#picture ??= document.createElement('canvas'));
    if (picture.width !== canvas.width) picture.width = canvas.width;
    if (picture.height !== canvas.height) picture.height = canvas.height;
    const pen = picture.getContext('2d')!;
    pen.globalCompositeOperation = 'copy';
    pen.drawImage(canvas, 0, 0);
  }

  #show(chart: Chart<'line'>): void {
    const { x: at, lines, style, title, row } = this.#at();
    const { ctx, chartArea, width, height } = chart;
    const { x, y } = chart.scales;
    if (at === null || x === undefined || y === undefined || this.#picture === null) return;
    const place = x.getPixelForValue(at);
    const points = lines.flatMap((line) => {
      const point = nearest(line.points, at);
      return point !== null && Math.abs(x.getPixelForValue(point.x) - place) <= NEAR ? [{ line, point }] : [];
    });
    ctx.save();
    ctx.clearRect(0, 0, width, height);
    ctx.drawImage(this.#picture, 0, 0, width, height);
    if (at >= x.min && at <= x.max) {
      ctx.setLineDash([]);
      ctx.strokeStyle = style.border;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(Math.round(place) + 0.5, chartArea.top);
      ctx.lineTo(Math.round(place) + 0.5, chartArea.bottom);
      ctx.stroke();
    }
    for (const { line, point } of points) {
      ctx.fillStyle = line.color;
      fillMark(ctx, line.shape, x.getPixelForValue(point.x), y.getPixelForValue(point.y), POINT);
    }
    ctx.restore();
    const { told, left } = tooltipRows(
      points.map(({ point }) => point.y),
      height,
    );
    const first = points[told[0] ?? -1];
    if (first === undefined) return;
    const text = {
      title: title(first.point.x),
      rows: told.map((index) => {
        const { line, point } = points[index]!;
        return { color: line.color, shape: line.shape, text: row(line, point.y) };
      }),
      footer: left === 0 ? '' : `and ${left} more`,
    };
    drawTooltip(ctx, text, style, { x: place, y: (chartArea.top + chartArea.bottom) / 2 }, chart);
  }
}

/** The point whose x is nearest; null where there is none. */
function nearest(points: readonly Point[], x: number): Point | null {
  if (points.length === 0) return null;
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle]!.x < x) low = middle;
    else high = middle;
  }
  const [before, after] = [points[low]!, points[high]!];
  return Math.abs(before.x - x) <= Math.abs(after.x - x) ? before : after;
}
