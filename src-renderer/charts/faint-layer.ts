import type { Chart, Plugin } from 'chart.js';
import { type Series, type SeriesView, shownPoints } from './series.ts';
import type { Point } from './thin.ts';

interface FaintLine {
  points: readonly Point[];
  color: string;
  dash: number[];
}

/** How far lines reach on the y axis; undefined where there are none. */
interface Reach {
  low: number | undefined;
  high: number | undefined;
}

/**
 * Lines behind the others, which nobody points at. They are drawn once and kept as a picture until the axes or the lines
 * themselves change: smoothing and pointing then need not draw them again.
 */
export class FaintLayer {
  #series: readonly Series[] = [];
  #as = '';
  #lines: readonly FaintLine[] = [];
  #reach: Reach = { low: undefined, high: undefined };
  #picture: HTMLCanvasElement | null = null;
  #drawn = '';

  readonly plugin: Plugin<'line'> = {
    id: 'faint',
    beforeDatasetsDraw: (chart) => this.#show(chart),
  };

  /**
   * Says what is to be seen. Columns that are the same arrays as before are taken to hold the same values.
   * @param color the colour that a series' name of one stands for, as #rrggbb
   */
  set(series: readonly Series[], view: SeriesView, color: (name: string) => string): Reach {
    const { range, most, log } = view;
    const as = [range?.min, range?.max, most, log, ...series.map((one) => color(one.color))].join(' ');
    const before = this.#series;
    this.#series = series;
    if (
      as === this.#as &&
      series.length === before.length &&
      series.every(({ xs, ys }, i) => xs === before[i]!.xs && ys === before[i]!.ys)
    )
      return this.#reach;
    this.#as = as;
    this.#drawn = '';
    this.#lines = series.map((one) => ({
      points: shownPoints(one, view),
      color: `${color(one.color)}4d`,
      dash: one.dash ?? [],
    }));
    const reach: Reach = { low: undefined, high: undefined };
    for (const { points } of this.#lines)
      for (const { y } of points) {
        if (reach.low === undefined || y < reach.low) reach.low = y;
        if (reach.high === undefined || y > reach.high) reach.high = y;
      }
    return (this.#reach = reach);
  }

  #show(chart: Chart): void {
    if (this.#lines.length === 0) return;
    const { ctx, chartArea, currentDevicePixelRatio: ratio, width, height } = chart;
    const { x, y } = chart.scales;
    if (x === undefined || y === undefined || width === 0 || height === 0) return;
    const { left, right, top, bottom } = chartArea;
    const as = [x.min, x.max, y.min, y.max, y.type, left, right, top, bottom, width, height, ratio].join(' ');
    this.#picture ??= document.createElement('canvas');
    if (as !== this.#drawn) {
      this.#drawn = as;
      this.#draw(this.#picture, chart);
    }
    ctx.drawImage(this.#picture, 0, 0, width, height);
  }

  #draw(picture: HTMLCanvasElement, chart: Chart): void {
    const { chartArea, currentDevicePixelRatio: ratio } = chart;
    const { x, y } = chart.scales;
    picture.width = Math.round(chart.width * ratio);
    picture.height = Math.round(chart.height * ratio);
    const pen = picture.getContext('2d')!;
    pen.scale(ratio, ratio);
    pen.beginPath();
    pen.rect(
      chartArea.left,
      chartArea.top,
      chartArea.right - chartArea.left,
      chartArea.bottom - chartArea.top,
    );
    pen.clip();
    pen.lineWidth = 1;
    for (const { points, color, dash } of this.#lines) {
      pen.strokeStyle = color;
      pen.setLineDash(dash);
      pen.beginPath();
      for (const point of points) pen.lineTo(x!.getPixelForValue(point.x), y!.getPixelForValue(point.y));
      pen.stroke();
    }
  }
}
