/** One curve: points in data units, in ascending x. */
export interface Line {
  name: string;
  color: string;
  /** Dashes for the second of a pair (training beside validation). */
  dashed?: boolean;
  points: readonly (readonly [number, number])[];
}

const WIDTH = 460;
const HEIGHT = 250;
const MARGIN = { top: 12, right: 12, bottom: 34, left: 46 };

/** Round steps (1, 2 or 5 times a power of ten) that cut `span` into at most `count` parts. */
export function niceStep(span: number, count: number): number {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return (([1, 2, 5, 10] as const).find((factor) => factor * power >= raw * (1 - 1e-9)) ?? 10) * power;
}

/** Tick positions from `low` to `high`, at round values. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const step = niceStep(high - low, count);
  const out: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    out.push(Number((k * step).toPrecision(12)));
  return out;
}

/** Escapes text for HTML and SVG: names come from users' files. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/**
 * A line chart as a self-contained SVG (no script, no font, readable in a mail). Y starts at 0, because every figure that
 * Granary draws here is a loss or an error rate. Lines without points are left out; without any the chart says so.
 */
export function lineChart(options: {
  title: string;
  xLabel: string;
  lines: readonly Line[];
  percent?: boolean;
}): string {
  const lines = options.lines.filter((line) => line.points.length > 0);
  const xs = lines.flatMap((line) => line.points.map(([x]) => x));
  const ys = lines.flatMap((line) => line.points.map(([, y]) => y)).filter(Number.isFinite);
  const label = escapeHtml(options.title);
  if (ys.length === 0)
    return `<figure><figcaption>${label}</figcaption><p class="none">No finished epoch yet.</p></figure>`;
  const [x0, x1] = [Math.min(...xs), Math.max(...xs, Math.min(...xs) + 1)];
  const yTop = Math.max(...ys) * 1.05 || 1;
  const px = (x: number): number =>
    MARGIN.left + ((x - x0) / (x1 - x0)) * (WIDTH - MARGIN.left - MARGIN.right);
  const py = (y: number): number =>
    HEIGHT - MARGIN.bottom - (y / yTop) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const text = (value: number): string =>
    options.percent ? `${Number((value * 100).toPrecision(6))}%` : String(value);
  const yAxis = ticks(0, yTop, 5).map(
    (y) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${py(y)}" y2="${py(y)}"/>` +
      `<text x="${MARGIN.left - 6}" y="${py(y) + 4}" text-anchor="end">${text(y)}</text>`,
  );
  const xAxis = ticks(x0, x1, 8)
    .filter(Number.isInteger)
    .map((x) => `<text x="${px(x)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${x}</text>`);
  const curves = lines.map((line) => {
    const path = line.points
      .map(([x, y]) => `${px(x).toFixed(1)},${py(Math.min(y, yTop)).toFixed(1)}`)
      .join(' ');
    const dots = line.points.map(
      ([x, y]) =>
        `<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="2.5" fill="${line.color}"><title>${escapeHtml(line.name)}: ${text(y)}</title></circle>`,
    );
    const dash = line.dashed ? ' stroke-dasharray="5 4"' : '';
    return `<polyline points="${path}" fill="none" stroke="${line.color}" stroke-width="2"${dash}/>${line.dashed ? '' : dots.join('')}`;
  });
  return (
    `<figure><figcaption>${label}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">` +
    `${yAxis.join('')}${xAxis.join('')}<text x="${WIDTH / 2}" y="${HEIGHT - 2}" text-anchor="middle">${escapeHtml(options.xLabel)}</text>` +
    `${curves.join('')}</svg></figure>`
  );
}
