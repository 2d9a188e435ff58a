import { Chart, LinearScale, PointElement, ScatterController, type Plugin } from 'chart.js';
import { drawTooltip } from './draw-tooltip.ts';

Chart.register(ScatterController, PointElement, LinearScale);

/** Something on a map, by its place and name. */
export interface MapPoint {
  id: string;
  title: string;
  x: number;
  y: number;
  /** Said in the tooltip below the title. */
  note: string;
}

interface XY {
  x: number;
  y: number;
}

/** Names are cut where they are longer. */
const LONGEST = 28;

/** Points with names on a canvas: as many names as have room, those of marked points first. */
export class PointMap {
  readonly #chart: Chart<'scatter', XY[]>;
  #points: readonly MapPoint[] = [];
  #marked: ReadonlySet<string> = new Set();
  #chosen: string | null = null;
  #theme = matchMedia('(prefers-color-scheme: dark)');
  #recolor = (): void => this.#restyle();

  /** @param choose called with the id of a point that is clicked */
  constructor(canvas: HTMLCanvasElement, choose: (id: string) => void) {
    this.#chart = new Chart<'scatter', XY[]>(canvas, {
      type: 'scatter',
      data: { datasets: [{ data: [] }, { data: [] }] },
      plugins: [this.#names(), this.#pointed()],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        layout: { padding: 8 },
        onClick: (_, active) => {
          const hit = active[0];
          if (hit !== undefined) choose(this.#set(hit.datasetIndex)[hit.index]!.id);
        },
      },
    });
    this.#theme.addEventListener('change', this.#recolor);
    this.#restyle();
  }

  /**
   * @param points the most important first: their names are drawn before others'
   * @param marked ids that stand out
   */
  set(points: readonly MapPoint[], marked: ReadonlySet<string>, chosen: string | null): void {
    this.#points = points;
    this.#marked = marked;
    this.#chosen = chosen;
    this.#draw();
  }

  destroy(): void {
    this.#theme.removeEventListener('change', this.#recolor);
    this.#chart.destroy();
  }

  #token(name: string): string {
    return getComputedStyle(this.#chart.canvas).getPropertyValue(name).trim();
  }

  /** The points of a layer: 0 those that stand out, 1 the others. */
  #set(layer: number): MapPoint[] {
    return this.#points.filter(({ id }) => (this.#marked.has(id) || id === this.#chosen) === (layer === 0));
  }

  #restyle(): void {
    const font = { family: getComputedStyle(this.#chart.canvas).fontFamily, size: 11 };
    const text = this.#token('--text-soft');
    const grid = this.#token('--chart-grid');
    const axis = (title: string) => ({
      type: 'linear' as const,
      title: { display: true, text: title, color: text, font },
      ticks: { color: text, font, maxTicksLimit: 6 },
      grid: { color: grid },
      border: { display: false },
    });
    const options = this.#chart.options;
    options.scales = { x: axis('first axis'), y: axis('second axis') };
    this.#draw();
  }

  #draw(): void {
    const [marked, others] = [this.#set(0), this.#set(1)];
    this.#chart.data.datasets = [
      {
        data: marked.map(({ x, y }) => ({ x, y })),
        pointRadius: 5,
        pointHoverRadius: 6.5,
        backgroundColor: this.#token('--chart-valid'),
        borderColor: this.#token('--surface'),
        borderWidth: 1.5,
      },
      {
        data: others.map(({ x, y }) => ({ x, y })),
        pointRadius: 2.6,
        pointHoverRadius: 5,
        backgroundColor: `${this.#token('--chart-train')}${marked.length > 0 ? '66' : 'b0'}`,
        borderWidth: 0,
      },
    ];
    this.#chart.update('none');
  }

  /** Tells of the point under the pointer; where several lie over each other, of the most important one, and counts the others. */
  #pointed(): Plugin<'scatter'> {
    return {
      id: 'pointed',
      afterDraw: (chart) => {
        const [first, ...others] = chart.getActiveElements();
        const point = first && this.#set(first.datasetIndex)[first.index];
        if (first === undefined || point === undefined) return;
        const style = {
          family: getComputedStyle(chart.canvas).fontFamily,
          text: this.#token('--text'),
          ground: this.#token('--raised'),
          border: this.#token('--line-strong'),
        };
        const color = this.#token(first.datasetIndex === 0 ? '--chart-valid' : '--chart-train');
        const text = {
          title: point.title,
          rows: [{ color, shape: 'circle' as const, text: point.note }],
          footer: others.length === 0 ? '' : `and ${others.length} more`,
        };
        drawTooltip(chart.ctx, text, style, first.element, chart);
      },
    };
  }

  /** Writes names beside points, each where no other name stands yet. */
  #names(): Plugin<'scatter'> {
    return {
      id: 'names',
      afterDatasetsDraw: (chart) => {
        const { ctx, chartArea } = chart;
        const taken: { left: number; top: number; right: number; bottom: number }[] = [];
        const family = getComputedStyle(chart.canvas).fontFamily;
        ctx.save();
        ctx.textBaseline = 'middle';
        ctx.lineJoin = 'round';
        [0, 1].forEach((layer) => {
          ctx.font = `${layer === 0 ? 600 : 400} 11px ${family}`;
          const { data } = chart.getDatasetMeta(layer);
          this.#set(layer).forEach(({ title }, place) => {
            const point = data[place];
            if (point === undefined) return;
            const name = title.length > LONGEST ? `${title.slice(0, LONGEST - 1)}…` : title;
            const width = ctx.measureText(name).width;
            const left = point.x + 7 + width > chartArea.right ? point.x - 7 - width : point.x + 7;
            const box = { left, top: point.y - 8, right: left + width, bottom: point.y + 8 };
            const inside =
              box.top >= chartArea.top && box.bottom <= chartArea.bottom && left >= chartArea.left;
            const free = taken.every(
              (other) =>
                box.right < other.left - 4 ||
                box.left > other.right + 4 ||
                box.bottom < other.top ||
                box.top > other.bottom,
            );
            if (!inside || !free) return;
            taken.push(box);
            ctx.strokeStyle = this.#token('--surface');
            ctx.lineWidth = 3;
            ctx.strokeText(name, left, point.y);
            ctx.fillStyle = this.#token(layer === 0 ? '--text' : '--text-soft');
            ctx.fillText(name, left, point.y);
          });
        });
        ctx.restore();
      },
    };
  }
}
