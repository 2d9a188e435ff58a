import type { ActiveElement, Chart, Plugin } from 'chart.js';

/** A line through all charts of a group where the pointer is. */
export function crosshair(at: () => number | null, color: () => string): Plugin<'line'> {
  return {
    id: 'crosshair',
    afterDatasetsDraw(chart) {
      const x = at();
      const scale = chart.scales['x'];
      if (x === null || scale === undefined || x < scale.min || x > scale.max) return;
      const place = Math.round(scale.getPixelForValue(x)) + 0.5;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.strokeStyle = color();
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(place, chartArea.top);
      ctx.lineTo(place, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** The drawn point of each line that is nearest to x, as Chart.js names points. */
export function nearestPoints(chart: Chart<'line'>, x: number): ActiveElement[] {
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
