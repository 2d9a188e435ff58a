import { Chart, LinearScale, LogarithmicScale, type ScaleOptionsByType } from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import type { ChartGroup, Member } from './chart-group.ts';
import { drawQueue } from './draw-queue.ts';
import type { TooltipStyle } from './draw-tooltip.ts';
import { FaintLayer } from './faint-layer.ts';
import { PointedLayer } from './pointed-layer.ts';
import type { Series } from './series.ts';
import { timeStep } from './time-step.ts';
import { clipTo, reachOf, ShownLine } from './shown-line.ts';

Chart.register(LinearScale, LogarithmicScale, zoom);

export interface LineChartOptions {
  xTitle: string;
  formatX: (value: number) => string;
  /** How much of an x axis of time a second is. */
  second?: number | undefined;
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
/** As many lines come into a chart in one frame, so that the first drawing of many makes none long. */
const LINES_A_FRAME = 5;

/**
 * A line chart on a canvas: plain columns in, colours from the page's tokens in either theme. Chart.js makes its axes and zooms;
 * the lines are drawn here, without an object of Chart.js for each of their points.
 */
export class LineChart {
  readonly #chart: Chart<'line'>;
  readonly #group: ChartGroup;
  readonly #member: Member = {
    rangeChanged: () => this.#ask('lines'),
    cursorChanged: () => drawQueue.ask(this.#frame),
  };
  readonly #leave: () => void;
  #options: LineChartOptions;
  #series: readonly Series[] = [];
  /** Those in front, the first on top. */
  #lines: readonly ShownLine[] = [];
  readonly #faint = new FaintLayer();
  /** How many of those in front, and of those behind, are drawn already. */
  #shown = 0;
  readonly #pointer: PointedLayer;
  #xMax: number | undefined;
  /** What the next frame has to do. */
  #due = { style: true, lines: true, more: false };
  #theme = matchMedia('(prefers-color-scheme: dark)');
  #recolor = (): void => this.#ask('style');
  #tooltip: TooltipStyle = { family: '', text: '', ground: '', border: '' };
  /** The page's colours, as they are in the present theme. */
  readonly #tokens = new Map<string, string>();

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions, group: ChartGroup) {
    this.#options = options;
    this.#group = group;
    this.#pointer = new PointedLayer(() => {
      const { xTitle, formatX, formatExact } = this.#options;
      return {
        x: group.cursor,
        lines: this.#lines.slice(0, this.#shown),
        style: this.#tooltip,
        title: (x) => `${xTitle} ${formatX(x)}`,
        row: ({ series }, y) => `${series.name}  ${formatExact(y)}`,
      };
    });
    this.#chart = new Chart<'line'>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [{ id: 'lines', afterDatasetsDraw: (chart) => this.#drawLines(chart) }, this.#pointer.plugin],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
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
                const x = chart.scales['x'];
                if (x !== undefined) group.zoom({ min: x.min, max: x.max });
              },
            },
          },
        },
      },
    });
    canvas.addEventListener('pointermove', this.#pointed);
    canvas.addEventListener('pointerleave', this.#left);
    canvas.addEventListener('dblclick', this.#reset);
    this.#leave = group.join(this.#member);
    this.#theme.addEventListener('change', this.#recolor);
    this.#ask('style');
  }

  /** @param xMax where the x axis ends; by itself at the last point */
  set(series: readonly Series[], xMax?: number): void {
    this.#series = series;
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
    const x = this.#chart.scales['x'];
    // It has its axes from its first frame on.
    if (x === undefined) return;
    const { left, right } = this.#chart.chartArea;
    const inside = offsetX >= left && offsetX <= right;
    this.#group.point(this.#member, inside ? (x.getValueForPixel(offsetX) ?? null) : null);
  };

  #left = (): void => this.#group.point(this.#member, null);

  #reset = (): void => this.#group.zoom(null);

  #ask(what: 'style' | 'lines' | 'more'): void {
    this.#due[what] = true;
    drawQueue.ask(this.#frame);
  }

  /** All that was asked for since the last frame, in one go. */
  #frame = (): void => {
    const { style, lines, more } = this.#due;
    this.#due = { style: false, lines: false, more: false };
    if (more) this.#shown += LINES_A_FRAME;
    if (style) this.#restyle();
    if (style || lines) this.#draw(!more);
    else if (more) this.#drawMore();
    else this.#pointer.moved(this.#chart);
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
    const { xTitle, formatX, formatY, fromZero, log } = this.#options;
    this.#tokens.clear();
    const font = { family: getComputedStyle(this.#chart.canvas).fontFamily, size: 11 };
    const text = this.#token('--text-soft');
    const grid = this.#token('--chart-grid');
    this.#tooltip = {
      family: font.family,
      text: this.#token('--text'),
      ground: this.#token('--raised'),
      border: this.#token('--line-strong'),
    };
    this.#chart.options.scales = {
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
  }

  /**
   * Axes as far as all lines reach, and the lines that were drawn before; others come in the frames after.
   * @param few whether new lines come at once where they are no more than a frame takes
   */
  #draw(few: boolean): void {
    const { range } = this.#group;
    const most = POINTS_A_PIXEL * Math.max(200, Math.round(this.#chart.width));
    const view = { range, most, log: this.#options.log };
    const behind = this.#series.filter(({ faint }) => faint === true);
    this.#lines = this.#series
      .filter(({ faint }) => faint !== true)
      .map((one) => new ShownLine(one, view, this.#token(one.color)));
    this.#faint.set(behind, view, (color) => this.#token(color));
    const reach = reachOf(this.#series, view);
    const { second } = this.#options;
    const { x, y } = this.#chart.options.scales as Record<'x' | 'y', ScaleOptionsByType<'linear'>>;
    Object.assign(x, { min: range?.min, max: range?.max ?? this.#xMax });
    Object.assign(x, { suggestedMin: reach.x?.min, suggestedMax: reach.x?.max });
    if (second !== undefined && reach.x) {
      const span = (range?.max ?? this.#xMax ?? reach.x.max) - (range?.min ?? reach.x.min);
      Object.assign(x.ticks, { stepSize: second * timeStep(span / second) });
    }
    Object.assign(y, { suggestedMin: reach.y?.min, suggestedMax: reach.y?.max });
    this.#shown = Math.min(this.#shown, this.#count);
    if (few && this.#count - this.#shown <= LINES_A_FRAME) this.#shown = this.#count;
    if (this.#shown < this.#count) this.#ask('more');
    this.#chart.update('none');
  }

  #drawMore(): void {
    if (this.#shown < this.#count) this.#ask('more');
    this.#chart.draw();
  }

  /** Lines in front or behind, whichever are more: each in front has its own behind it, or none has. */
  get #count(): number {
    return Math.max(this.#lines.length, this.#faint.length);
  }

  #drawLines(chart: Chart<'line'>): void {
    const { ctx, chartArea } = chart;
    const { x, y } = chart.scales;
    // Chart.js draws once while it is made, without axes.
    if (x === undefined || y === undefined) return;
    this.#faint.show(chart, this.#shown);
    const lines = this.#lines.slice(0, this.#shown).reverse();
    ctx.save();
    clipTo(ctx, chartArea);
    for (const line of lines) line.stroke(ctx, x, y, line.color, 2);
    ctx.restore();
    for (const line of lines) line.dots(ctx, x, y, chartArea);
  }
}
