import { ChartGroup } from './chart-group.ts';
import { drawQueue } from './draw-queue.ts';
import { formatTick, formatWhole } from './figures.ts';
import { LineChart } from './line-chart.ts';

/** The mark of the page's performance when it is done. */
const CHARTS_WARM = 'charts-warm';

/**
 * Draws a small chart that nobody sees and takes it away. What a chart's code needs on its first run is done then: the first chart
 * that somebody waits for is drawn as quickly as the ones after it. To be called when there is nothing else to do.
 */
export function warmUpCharts(): void {
  const box = document.createElement('div');
  box.ariaHidden = 'true';
  Object.assign(box.style, { position: 'fixed', visibility: 'hidden', width: '320px', height: '200px' });
  const canvas = document.createElement('canvas');
  box.append(canvas);
  document.body.append(box);
  const options = { xTitle: 'step', formatX: formatWhole, formatY: formatTick, formatExact: formatTick };
  const chart = new LineChart(canvas, { ...options, fromZero: false, log: false }, new ChartGroup());
  const xs = Array.from({ length: 200 }, (_, i) => i);
  const ys = xs.map((x) => Math.sin(x));
  chart.set([{ name: 'a line', color: '--run-1', xs, ys }]);
  // After the chart's own place in the queue.
  drawQueue.ask(() => {
    chart.destroy();
    box.remove();
    performance.mark(CHARTS_WARM);
  });
}
