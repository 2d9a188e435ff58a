import type { ActiveElement, Chart, Plugin, Point } from 'chart.js';
import { tooltipRows } from './tooltip-rows.ts';

interface Drawn {
  draw(pen: CanvasRenderingContext2D): void;
}

/** Radius of a marked point in pixels. */
const POINT = 4.5;

/**
 * What shows where the pointer is: a line through the chart, the nearest point of each curve, and the tooltip. The chart below it
 * is kept as a picture, so that a moved pointer draws no curve again.
 */
export class PointedLayer {
  /** Where the pointer is on the x axis; null: in no chart of the group. */
  readonly #at: () => number | null;
  readonly #color: () => string;
  #picture: HTMLCanvasElement | null = null;
  #fresh = false;
  #left = 0;

  readonly plugin: Plugin<'line'> = {
    id: 'pointed',
    // Before the tooltip, which Chart.js draws last.
    afterDatasetsDraw: (chart) => {
      this.#fresh = this.#at() !== null;
      if (this.#fresh) this.#keep(chart);
      // The pointer may have gone in the frame that draws the chart for another reason.
      else chart.tooltip?.setActiveElements([], { x: 0, y: 0 });
    },
    afterDraw: (chart) => {
      if (this.#fresh) this.#show(chart);
    },
  };

  constructor(at: () => number | null, color: () => string) {
    this.#at = at;
    this.#color = color;
  }

  /** Curves under the pointer that the tooltip has no room for. */
  get left(): number {
    return this.#left;
  }

  /** The pointer has moved, come or gone. */
  moved(chart: Chart<'line'>): void {
    if (this.#at() === null) {
      this.#fresh = false;
      chart.tooltip?.setActiveElements([], { x: 0, y: 0 });
      chart.draw();
    } else if (this.#fresh) this.#show(chart);
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
    const x = this.#at();
    const { ctx, chartArea, width, height } = chart;
    const scale = chart.scales['x'];
    if (x === null || scale === undefined || this.#picture === null) return;
    const points = nearestPoints(chart, x);
    const { told, left } = tooltipRows(
      points.map(({ datasetIndex, index }) => valueOf(chart, datasetIndex, index)),
      height,
    );
    this.#left = left;
    const rows = told.map((place) => points[place]!);
    chart.tooltip?.setActiveElements(rows, {
      x: scale.getPixelForValue(x),
      y: (chartArea.top + chartArea.bottom) / 2,
    });
    ctx.save();
    ctx.clearRect(0, 0, width, height);
    ctx.drawImage(this.#picture, 0, 0, width, height);
    if (x >= scale.min && x <= scale.max) {
      const place = Math.round(scale.getPixelForValue(x)) + 0.5;
      ctx.strokeStyle = this.#color();
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(place, chartArea.top);
      ctx.lineTo(place, chartArea.bottom);
      ctx.stroke();
    }
    for (const { datasetIndex, element } of points) {
      ctx.fillStyle = chart.data.datasets[datasetIndex]!.borderColor as string;
      ctx.beginPath();
      ctx.arc(element.x, element.y, POINT, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.restore();
    // Chart.js's own types leave it out.
    (chart.tooltip as unknown as Drawn | undefined)?.draw(ctx);
  }
}

function valueOf(chart: Chart<'line'>, datasetIndex: number, index: number): number {
  return (chart.data.datasets[datasetIndex]!.data[index] as Point).y ?? NaN;
}

/** The drawn point of each line that is nearest to x, as Chart.js names points. */
function nearestPoints(chart: Chart<'line'>, x: number): ActiveElement[] {
  const pixel = chart.scales['x']!.getPixelForValue(x);
  const found: ActiveElement[] = [];
  chart.data.datasets.forEach((_, datasetIndex) => {
    const { data } = chart.getDatasetMeta(datasetIndex);
    if (data.length === 0) return;
    let [low, high] = [0, data.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (data[middle]!.x < pixel) low = middle;
      else high = middle;
    }
    const index = Math.abs(data[low]!.x - pixel) <= Math.abs(data[high]!.x - pixel) ? low : high;
    // A line that does not reach as far has nothing to say here.
    if (Math.abs(data[index]!.x - pixel) > 40) return;
    found.push({ datasetIndex, index, element: data[index]! });
  });
  return found;
}
