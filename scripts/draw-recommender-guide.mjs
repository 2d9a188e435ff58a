// Draws the pictures of docs/guide/recommender.md from the sample ratings, and prints its figures:
// node scripts/draw-recommender-guide.mjs (after npm run setup; about half a minute).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'granary-guide-'));
const films = join(folder, 'films');
const images = join(root, 'docs/images');

/** Output of one command in a workspace of its own. */
function granary(...args) {
  const text = execFileSync(process.execPath, [join(root, 'bin/granary.cjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, GRANARY_WORKSPACE: join(folder, 'workspace'), NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  });
  return text;
}

/** Error over epochs, a line a run, as a picture of its own. */
function chart(lines) {
  const [width, height, left, right, top, bottom] = [560, 280, 50, 170, 14, 44];
  const values = lines.flatMap(({ errors }) => errors);
  const [low, high] = [Math.floor(Math.min(...values) * 20) / 20, Math.ceil(Math.max(...values) * 20) / 20];
  const x = (epoch) => left + ((epoch - 1) / (lines[0].errors.length - 1)) * (width - left - right);
  const y = (value) => top + ((high - value) / (high - low)) * (height - top - bottom);
  const grid = [];
  for (let value = low; value <= high + 1e-9; value += 0.05)
    grid.push(
      `<path d="M${left} ${y(value).toFixed(1)}H${width - right}" stroke="#ddd"/>` +
        `<text x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(2)}</text>`,
    );
  const epochs = lines[0].errors.map(
    (_, k) =>
      `<text x="${x(k + 1).toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${k + 1}</text>`,
  );
  // Names stand at their lines' ends, a line's height apart.
  const ends = new Map();
  let above = -Infinity;
  for (const line of [...lines].sort((a, b) => b.errors.at(-1) - a.errors.at(-1)))
    ends.set(line, (above = Math.max(y(line.errors.at(-1)) + 4, above + 14)));
  const drawn = lines.map((line) => {
    const { name, color, errors } = line;
    const points = errors.map((error, k) => `${x(k + 1).toFixed(1)},${y(error).toFixed(1)}`).join(' ');
    const end = ends.get(line).toFixed(1);
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/><text x="${width - right + 8}" y="${end}" style="fill:${color}">${name}</text>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Squared error on validation by epoch">` +
    `<style>text{font:12px sans-serif;fill:#444}</style><rect width="${width}" height="${height}" fill="#fff"/>` +
    `${grid.join('')}${epochs.join('')}${drawn.join('')}` +
    `<text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">epoch</text></svg>\n`
  );
}

try {
  granary('collab', 'sample', films);
  const data = [join(films, 'u1.base'), '--valid', join(films, 'u1.test'), '--items', join(films, 'u.item')];
  const lines = granary('collab', 'sweep', ...data, '--wd', '0,0.01,0.1,1', '--seed', '1', '--json')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ids = lines.filter(({ type }) => type === 'result').map(({ runId }) => runId);
  const epochs = ids.map((id) => lines.filter(({ type, runId }) => type === 'epoch' && runId === id));
  const names = ['no weight decay', 'weight decay 0.01', 'weight decay 0.1', 'weight decay 1'];
  const colors = ['#b3372b', '#a86e00', '#2f6f9f', '#3a7d44'];
  epochs.forEach((logs, k) =>
    console.log(
      names[k],
      logs.map(({ mse }) => mse.toFixed(3)).join(' '),
      'training',
      logs.at(-1).trainLoss.toFixed(3),
    ),
  );
  writeFileSync(
    join(images, 'recommender-overfitting.svg'),
    chart(
      epochs.map((logs, k) => ({ name: names[k], color: colors[k], errors: logs.map(({ mse }) => mse) })),
    ),
  );
  const best = ids[2];
  console.log(granary('collab', 'pca', best, '-n', '120', '--out', join(images, 'recommender-map.svg')));
  console.log(granary('collab', 'explain', best, '-n', '5'));
  console.log(granary('collab', 'similar', best, 'Nebula Legacy (1995)', '-n', '5'));
  console.log(granary('collab', 'recommend', best, '--user', '196', '-n', '5'));
  console.log(granary('collab', 'recommend', best, '--user', 'somebody new', '-n', '3'));
  console.log(
    'noise floor',
    JSON.parse(readFileSync(join(films, 'truth.json'), 'utf8')).noiseFloor.validRmse,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
