import {
  CategoryScale,
  Chart,
  Decimation,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartDataset,
} from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import type { ChartGroup } from './chart-group.ts';
import { crosshair, nearestPoints } from './crosshair.ts';
import { type Point, thin } from './thin.ts';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  CategoryScale,
  Tooltip,
  Decimation,
  zoom,
);

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
  dash?: number[];
}

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

/** More points than a screen has pixels across say nothing more; Chart.js's decimation takes them down to the pixels. */
const MOST_POINTS = 4000;

/** A line chart on a canvas: plain columns in, colours from the page's tokens in either theme. */
export class LineChart {
  readonly #chart: Chart<'line', Point[]>;
  readonly #group: ChartGroup;
  readonly #leave: () => void;
  #options: LineChartOptions;
  #series: readonly Series[] = [];
  #xMax: number | undefined;
  #theme = matchMedia('(prefers-color-scheme: dark)');
  #recolor = (): void => this.#restyle();
  #grid = '';

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions, group: ChartGroup) {
    this.#options = options;
    this.#group = group;
    this.#chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [
        crosshair(
          () => group.cursor,
          () => this.#grid,
        ),
      ],
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
          decimation: { enabled: true, algorithm: 'min-max' },
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
      rangeChanged: () => this.#draw(),
      cursorChanged: () => this.#mark(),
    });
    this.#theme.addEventListener('change', this.#recolor);
    this.#restyle();
  }

  /** @param xMax where the x axis ends; by itself at the last point */
  set(series: readonly Series[], xMax?: number): void {
    this.#series = series;
    this.#xMax = xMax;
    this.#draw();
  }

  configure(options: LineChartOptions): void {
    this.#options = options;
    this.#restyle();
  }

  destroy(): void {
    this.#leave();
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

  #token(name: string): string {
    return name.startsWith('--') ? getComputedStyle(this.#chart.canvas).getPropertyValue(name).trim() : name;
  }

  /** Everything that does not come with the points: axes, colours, the tooltip. */
  #restyle(): void {
    const { xTitle, formatX, formatY, formatExact, fromZero, log } = this.#options;
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
      bodyFont: { ...font, size: 12 },
      padding: 8,
      boxPadding: 4,
      usePointStyle: true,
      animation: false,
      callbacks: {
        title: (items) => (items[0] === undefined ? '' : `${xTitle} ${formatX(items[0].parsed.x ?? 0)}`),
        label: (item) => ` ${item.dataset.label ?? ''}  ${formatExact(item.parsed.y ?? NaN)}`,
      },
    };
    this.#draw();
  }

  #draw(): void {
    const { range } = this.#group;
    const log = this.#options.log;
    this.#chart.data.datasets = this.#series.map((series) => {
      const points = thin(series.xs, series.ys, range, MOST_POINTS);
      return dataset(series, log ? points.filter(({ y }) => y > 0) : points, this.#token(series.color));
    });
    const x = this.#chart.options.scales!['x']!;
    // Undefined means: as far as the points reach.
    x.min = range?.min;
    x.max = range?.max ?? this.#xMax;
    this.#chart.update('none');
    if (this.#group.cursor !== null) this.#mark();
  }

  #mark(): void {
    const { cursor } = this.#group;
    const chart = this.#chart as unknown as Chart<'line'>;
    const skip = (index: number): boolean => this.#series[index]?.faint === true;
    const active = cursor === null ? [] : nearestPoints(chart, cursor, skip);
    chart.setActiveElements(active);
    chart.tooltip?.setActiveElements(active, {
      x: cursor === null ? 0 : chart.scales['x']!.getPixelForValue(cursor),
      y: (chart.chartArea.top + chart.chartArea.bottom) / 2,
    });
    chart.render();
  }
}

function dataset(series: Series, points: Point[], color: string): ChartDataset<'line', Point[]> {
  const faint = series.faint === true;
  const few = series.dots === true && points.length <= 60;
  return {
    label: series.name,
    data: points,
    borderColor: faint ? `${color}4d` : color,
    backgroundColor: color,
    borderWidth: faint ? 1 : 2,
    borderDash: series.dash ?? [],
    pointRadius: few ? 2.6 : points.length === 1 ? 3 : 0,
    pointHoverRadius: faint ? 0 : 4.5,
    pointStyle: 'circle',
    order: faint ? 1 : 0,
  };
}
