import {
  CategoryScale,
  Chart,
  Decimation,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartDataset,
} from 'chart.js';
import type { Point } from './smooth.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, CategoryScale, Tooltip, Decimation);

export interface Series {
  name: string;
  /** A colour of styles/tokens.css in #rrggbb, such as `--chart-train`. */
  color: string;
  /** Rising in x. */
  points: readonly Point[];
  /** Drawn thin and pale behind the others, and kept out of the tooltip. */
  faint?: boolean;
  /** A mark at each point, where there are few enough to tell them apart. */
  dots?: boolean;
}

export interface LineChartOptions {
  xTitle: string;
  /** Only whole numbers on the x axis: epochs, steps. */
  formatY: (value: number) => string;
  /** Let the y axis begin at zero. */
  fromZero: boolean;
}

/** A line chart on a canvas: plain arrays in, colours from the page's tokens in either theme. */
export class LineChart {
  #chart: Chart<'line', Point[]>;
  #options: LineChartOptions;
  #series: readonly Series[] = [];
  #xMax: number | undefined;
  #theme = matchMedia('(prefers-color-scheme: dark)');
  #recolor = (): void => this.#draw();

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions) {
    this.#options = options;
    this.#chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        interaction: { mode: 'nearest', axis: 'x', intersect: false },
        layout: { padding: { top: 6, right: 8 } },
        plugins: { decimation: { enabled: true, algorithm: 'min-max' } },
      },
    });
    this.#theme.addEventListener('change', this.#recolor);
  }

  /** @param xMax where the x axis ends; by itself at the last point */
  set(series: readonly Series[], xMax?: number): void {
    this.#series = series;
    this.#xMax = xMax;
    this.#draw();
  }

  destroy(): void {
    this.#theme.removeEventListener('change', this.#recolor);
    this.#chart.destroy();
  }

  #draw(): void {
    const style = getComputedStyle(this.#chart.canvas);
    const token = (name: string): string => style.getPropertyValue(name).trim();
    const font = { family: style.fontFamily, size: 11 };
    const { xTitle, formatY, fromZero } = this.#options;
    const text = token('--text-soft');
    const grid = token('--chart-grid');
    this.#chart.data.datasets = this.#series.map((series) => dataset(series, token(series.color)));
    this.#chart.options.scales = {
      x: {
        type: 'linear',
        ...(this.#xMax === undefined ? {} : { max: this.#xMax }),
        title: { display: true, text: xTitle, color: text, font, padding: { top: 2 } },
        ticks: { color: text, font, precision: 0, maxRotation: 0, autoSkipPadding: 20 },
        grid: { display: false },
        border: { color: grid },
      },
      y: {
        type: 'linear',
        beginAtZero: fromZero,
        ticks: { color: text, font, maxTicksLimit: 6, callback: (value) => formatY(Number(value)) },
        grid: { color: grid },
        border: { display: false },
      },
    };
    const faint = new Set(
      this.#series.filter((series) => series.faint === true).map((series) => series.name),
    );
    this.#chart.options.plugins!.tooltip = {
      backgroundColor: token('--raised'),
      borderColor: token('--line-strong'),
      borderWidth: 1,
      titleColor: token('--text'),
      bodyColor: token('--text'),
      titleFont: { ...font, weight: 600 },
      bodyFont: { ...font, size: 12 },
      padding: 9,
      boxPadding: 4,
      usePointStyle: true,
      filter: (item) => !faint.has(item.dataset.label ?? ''),
      callbacks: {
        title: (items) => (items[0] === undefined ? '' : `${xTitle} ${items[0].parsed.x}`),
        label: (item) => ` ${item.dataset.label ?? ''}  ${exact(item.parsed.y ?? NaN, formatY)}`,
      },
    };
    this.#chart.update('none');
  }
}

/** A tooltip shows more digits than an axis has room for. */
function exact(value: number, formatY: (value: number) => string): string {
  return formatY(value).endsWith('%') ? `${(value * 100).toFixed(2)}%` : value.toPrecision(5);
}

function dataset(series: Series, color: string): ChartDataset<'line', Point[]> {
  const faint = series.faint === true;
  const few = series.dots === true && series.points.length <= 60;
  return {
    label: series.name,
    data: series.points as Point[],
    borderColor: faint ? `${color}4d` : color,
    backgroundColor: color,
    borderWidth: faint ? 1 : 2,
    pointRadius: few ? 2.6 : 0,
    pointHoverRadius: faint ? 0 : 4.5,
    pointStyle: 'circle',
    order: faint ? 1 : 0,
  };
}
