import { escapeHtml } from './svg-lines.ts';

/** A point with its name, which is written beside it where there is room. */
export interface NamedPoint {
  name: string;
  x: number;
  y: number;
}

const WIDTH = 860;
const HEIGHT = 600;
const MARGIN = 40;
/** About what a letter takes, and a line, in the size of the names. */
const LETTER = 6;
const LINE = 13;

/**
 * A scatter as a picture of its own (no script, no font). Points are named in their order as long as a name hides no other.
 * @param axes what the axes are, across and up
 */
export function scatterSvg(points: readonly NamedPoint[], axes: readonly [string, string]): string {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const scale = (values: number[], from: number, to: number): ((value: number) => number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => (high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from));
  };
  const px = scale(xs, MARGIN, WIDTH - MARGIN);
  const py = scale(ys, HEIGHT - MARGIN, MARGIN);
  const taken: { left: number; right: number; y: number }[] = [];
  const drawn = points.map(({ name, x, y }) => {
    const [left, base] = [px(x) + 6, py(y) + 4];
    const box = { left, right: left + name.length * LETTER, y: base };
    const free =
      box.right < WIDTH &&
      taken.every(
        (other) => other.right < box.left || other.left > box.right || Math.abs(other.y - box.y) > LINE,
      );
    if (free) taken.push(box);
    const dot = `<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="3"><title>${escapeHtml(name)}</title></circle>`;
    return free
      ? `${dot}<text x="${left.toFixed(1)}" y="${base.toFixed(1)}">${escapeHtml(name)}</text>`
      : dot;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Items on ${escapeHtml(axes.join(' and '))}">` +
    '<style>text{font:11px sans-serif;fill:#4a4a4a}circle{fill:#2f6f9f;fill-opacity:.7}</style>' +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>${drawn.join('')}` +
    `<text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(axes[0])}</text>` +
    `<text transform="translate(14 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(axes[1])}</text></svg>\n`
  );
}
