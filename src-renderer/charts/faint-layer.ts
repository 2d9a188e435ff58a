import type { Chart } from 'chart.js';
import type { Series, SeriesView } from './series.ts';
import { clipTo, ShownLine } from './shown-line.ts';

/**
 * Lines behind the others, which nobody points at. They are drawn once and kept as a picture until the axes or the lines
 * themselves change: smoothing and pointing then need not draw them again.
 */
export class FaintLayer {
  #series: readonly Series[] = [];
  #as = '';
  #lines: readonly ShownLine[] = [];
  #picture: HTMLCanvasElement | null = null;
  /** The axes that the picture was drawn for, and how many of the lines are in it. */
  #drawn = '';
  #count = 0;

  /** How many there are. */
  get length(): number {
    return this.#lines.length;
  }

  /**
   * Says what is to be seen. Columns that are the same arrays as before are taken to hold the same values.
   * @param color the colour that a series' name of one stands for, as #rrggbb
   */
  set(series: readonly Series[], view: SeriesView, color: (name: string) => string): void {
    const { range, most, log } = view;
    const as = [range?.min, range?.max, most, log, ...series.map((one) => color(one.color))].join(' ');
    const before = this.#series;
    this.#series = series;
    if (
      as === this.#as &&
      series.length === before.length &&
      series.every(({ xs, ys }, i) => xs === before[i]!.xs && ys === before[i]!.ys)
    )
      return;
    this.#as = as;
    this.#drawn = '';
    this.#lines = series.map((one) => new ShownLine(one, view, color(one.color)));
  }

  /** @param most how many of the lines are shown; those that the picture has stay in it */
  show(chart: Chart, most: number): void {
    if (this.#lines.length === 0) return;
    const { ctx, chartArea, currentDevicePixelRatio: ratio, width, height } = chart;
    const { x, y } = chart.scales;
    if (x === undefined || y === undefined || width === 0 || height === 0) return;
    const { left, right, top, bottom } = chartArea;
    const as = [x.min, x.max, y.min, y.max, y.type, left, right, top, bottom, width, height, ratio].join(' ');
    const picture = (this.#picture ??= document.createElement('canvas'));
    if (as !== this.#drawn) {
      this.#drawn = as;
      this.#count = 0;
      picture.width = Math.round(width * ratio);
      picture.height = Math.round(height * ratio);
    }
    if (this.#count < Math.min(most, this.#lines.length)) this.#draw(picture, chart, most);
    ctx.drawImage(picture, 0, 0, width, height);
  }

  #draw(picture: HTMLCanvasElement, chart: Chart, most: number): void {
    const { chartArea, currentDevicePixelRatio: ratio } = chart;
    const { x, y } = chart.scales;
    const pen = picture.getContext('2d')!;
    pen.save();
    pen.scale(ratio, ratio);
    clipTo(pen, chartArea);
    for (const line of this.#lines.slice(this.#count, most)) line.stroke(pen, x!, y!, `${line.color}4d`, 1);
    pen.restore();
    this.#count = Math.min(most, this.#lines.length);
  }
}
