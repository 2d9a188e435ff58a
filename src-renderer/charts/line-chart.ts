import {
  CategoryScale,
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartDataset,
  type ScaleOptionsByType,
} from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import type { ChartGroup } from './chart-group.ts';
import { drawQueue } from './draw-queue.ts';
import { FaintLayer } from './faint-layer.ts';
import { PointedLayer } from './pointed-layer.ts';
import { ROW_FONT } from './tooltip-rows.ts';
import { type Series, shownPoints } from './series.ts';
import type { Point } from './thin.ts';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  CategoryScale,
  Tooltip,
  zoom,
);

export interface LineChartOptions {
  xTitle: string;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  /** A value as exactly as the tooltip tells it. */
  formatExact: (value: number) => string;
  /** Let the y axis begin at zero. */
  fromZero: boolean;
  /** A logarithmic y axis; values that are not above zero are not drawn then. */
  log: boolean;
}

/** A line's lowest and highest point of each pixel across are all that can be seen of it. */
const POINTS_A_PIXEL = 2;

/** A line chart on a canvas: plain columns in, colours from the page's tokens in either theme. */
export class LineChart {
  readonly #chart: Chart<'line', Point[]>;
  readonly #group: ChartGroup;
  readonly #leave: () => void;
  #options: LineChartOptions;
  /** Those in front, which Chart.js draws, and those behind. */
  #lines: readonly Series[] = [];
  #behind: readonly Series[] = [];
  readonly #faint = new FaintLayer();
  readonly #pointer: PointedLayer;
  #xMax: number | undefined;
  /** What the next frame has to do. */
  #due = { style: true, lines: true };
  #theme = matchMedia('(prefers-color-scheme: dark)');
  #recolor = (): void => this.#ask('style');
  #grid = '';
  /** The page's colours, as they are in the present theme. */
  readonly #tokens = new Map<string, string>();

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions, group: ChartGroup) {
    this.#options = options;
    this.#group = group;
    this.#pointer = new PointedLayer(
      () => group.cursor,
      () => this.#grid,
    );
    this.#chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [this.#faint.plugin, this.#pointer.plugin],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        // The group decides what is marked: the pointer may be in another chart.
        events: [],
        layout: { padding: { top: 6, right: 8 } },
        plugins: {
          zoom: {
            zoom: {
              mode: 'x',
              drag: { enabled: true, backgroundColor: 'rgba(128,128,128,0.18)', threshold: 6 },
              wheel: { enabled: true, modifierKey: 'ctrl', speed: 0.12 },
              onZoom: ({ chart }) => {
                const { min, max } = chart.scales['x']!;
                group.zoom({ min, max });
              },
            },
          },
        },
      },
    });
    canvas.addEventListener('pointermove', this.#pointed);
    canvas.addEventListener('pointerleave', this.#left);
    canvas.addEventListener('dblclick', this.#reset);
    this.#leave = group.join({
      rangeChanged: () => this.#ask('lines'),
      cursorChanged: () => drawQueue.ask(this.#frame),
    });
    this.#theme.addEventListener('change', this.#recolor);
    this.#ask('style');
  }

  /** @param xMax where the x axis ends; by itself at the last point */
  set(series: readonly Series[], xMax?: number): void {
    this.#lines = series.filter(({ faint }) => faint !== true);
    this.#behind = series.filter(({ faint }) => faint === true);
    this.#xMax = xMax;
    this.#ask('lines');
  }

  configure(options: LineChartOptions): void {
    this.#options = options;
    this.#ask('style');
  }

  destroy(): void {
    this.#leave();
    drawQueue.forget(this.#frame);
    const { canvas } = this.#chart;
    canvas.removeEventListener('pointermove', this.#pointed);
    canvas.removeEventListener('pointerleave', this.#left);
    canvas.removeEventListener('dblclick', this.#reset);
    this.#theme.removeEventListener('change', this.#recolor);
    this.#chart.destroy();
  }

  #pointed = ({ offsetX }: PointerEvent): void => {
    const { left, right } = this.#chart.chartArea;
    const inside = offsetX >= left && offsetX <= right;
    this.#group.point(inside ? (this.#chart.scales['x']!.getValueForPixel(offsetX) ?? null) : null);
  };

  #left = (): void => this.#group.point(null);

  #reset = (): void => this.#group.zoom(null);

  #ask(what: 'style' | 'lines'): void {
    this.#due[what] = true;
    drawQueue.ask(this.#frame);
  }

  /** All that was asked for since the last frame, in one go. */
  #frame = (): void => {
    const { style, lines } = this.#due;
    this.#due = { style: false, lines: false };
    if (style) this.#restyle();
    if (style || lines) this.#draw();
    else this.#pointer.moved(this.#chart as unknown as Chart<'line'>);
  };

  #token(name: string): string {
    if (!name.startsWith('--')) return name;
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const value = getComputedStyle(this.#chart.canvas).getPropertyValue(name).trim();
    this.#tokens.set(name, value);
    return value;
  }

  /** Everything that does not come with the points: axes, colours, the tooltip. */
  #restyle(): void {
    const { xTitle, formatX, formatY, formatExact, fromZero, log } = this.#options;
    this.#tokens.clear();
    const font = { family: getComputedStyle(this.#chart.canvas).fontFamily, size: 11 };
    const text = this.#token('--text-soft');
    const grid = this.#token('--chart-grid');
    this.#grid = this.#token('--line-strong');
    const options = this.#chart.options;
    options.scales = {
      x: {
        type: 'linear',
        title: { display: true, text: xTitle, color: text, font, padding: { top: 2 } },
        ticks: {
          color: text,
          font,
          maxRotation: 0,
          autoSkipPadding: 24,
          // Steps, epochs, seconds: whole numbers, and none at an end that is no step of the axis, beside the last one.
          precision: 0,
          includeBounds: false,
          callback: (value) => formatX(Number(value)),
        },
        grid: { display: false },
        border: { color: grid },
      },
      y: {
        type: log ? 'logarithmic' : 'linear',
        ...(log ? {} : { beginAtZero: fromZero }),
        ticks: { color: text, font, maxTicksLimit: 6, callback: (value) => formatY(Number(value)) },
        grid: { color: grid },
        border: { display: false },
      },
    };
    options.plugins!.tooltip = {
      backgroundColor: this.#token('--raised'),
      borderColor: this.#token('--line-strong'),
      borderWidth: 1,
      titleColor: this.#token('--text'),
      bodyColor: this.#token('--text'),
      titleFont: { ...font, weight: 600 },
      bodyFont: { ...font, size: ROW_FONT },
      footerColor: this.#token('--text'),
      footerFont: { ...font, weight: 400 },
      padding: 8,
      boxPadding: 4,
      usePointStyle: true,
      animation: false,
      callbacks: {
        title: (items) => (items[0] === undefined ? '' : `${xTitle} ${formatX(items[0].parsed.x ?? 0)}`),
        label: (item) => ` ${item.dataset.label ?? ''}  ${formatExact(item.parsed.y ?? NaN)}`,
        footer: () => (this.#pointer.left === 0 ? '' : `and ${this.#pointer.left} more`),
      },
    };
  }

  #draw(): void {
    const { range } = this.#group;
    const most = POINTS_A_PIXEL * Math.max(200, Math.round(this.#chart.width));
    const view = { range, most, log: this.#options.log };
    const { datasets } = this.#chart.data;
    // Datasets stay, so that Chart.js keeps what it made for their points; but that has the points' colour and size in it, too.
    datasets.length = Math.min(datasets.length, this.#lines.length);
    this.#lines.forEach((series, place) => {
      const points = shownPoints(series, view);
      const next = dataset(series, points, this.#token(series.color));
      const before = datasets[place];
      datasets[place] = before !== undefined && drawnAlike(before, next) ? Object.assign(before, next) : next;
    });
    const { low, high } = this.#faint.set(this.#behind, view, (color) => this.#token(color));
    const { x, y } = this.#chart.options.scales as Record<'x' | 'y', ScaleOptionsByType<'linear'>>;
    // Undefined means: as far as the points reach.
    Object.assign(x, { min: range?.min, max: range?.max ?? this.#xMax });
    Object.assign(y, { suggestedMin: low, suggestedMax: high });
    this.#chart.update('none');
  }
}

function dataset(series: Series, points: Point[], color: string): ChartDataset<'line', Point[]> {
  const few = series.dots === true && points.length <= 60;
  return {
    label: series.name,
    data: points,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 2,
    borderDash: series.dash ?? [],
    pointRadius: few ? 2.6 : points.length === 1 ? 3 : 0,
    pointStyle: 'circle',
  };
}

/** Whether points of the one can be drawn with what was made for those of the other. */
function drawnAlike(a: ChartDataset<'line', Point[]>, b: ChartDataset<'line', Point[]>): boolean {
  return a.borderColor === b.borderColor && a.pointRadius === b.pointRadius;
}
