import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/**
 * What the pictures are taken of: the sample dataset, nine runs that were really trained on it, and a folder of photographs with
 * what goes wrong in folders. It is kept, so that taking the pictures again trains nothing.
 */

/** @param {string} base a folder of its own */
export function places(base) {
  return {
    workspace: join(base, 'Granary'),
    paddy: join(base, 'paddy'),
    photos: join(base, 'field-photos'),
    report: join(base, 'report.html'),
  };
}

/** Runs the command line in the workspace, and stops where it fails. */
export function granary(base, ...words) {
  const { workspace } = places(base);
  const run = spawnSync(process.execPath, [join(root, 'bin', 'granary.cjs'), ...words], {
    env: { ...process.env, GRANARY_WORKSPACE: workspace, NO_COLOR: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`granary ${words.join(' ')} ended with code ${run.status}`);
  return run.stdout;
}

export function finishedRuns(base) {
  return JSON.parse(granary(base, 'runs', '--json', '--filter', 'state=finished', '--sort', 'name'));
}

/** Draws the data and trains what is not there yet: some minutes on two cores. */
export function prepare(base) {
  const { workspace, paddy, photos } = places(base);
  mkdirSync(workspace, { recursive: true });
  if (!existsSync(join(paddy, 'train.csv'))) granary(base, 'sample', paddy, '--images', '500');
  if (!existsSync(photos)) drawFaults(paddy, photos);
  clearUp(workspace);
  if (finishedRuns(base).length >= 9) return;
  const grid = join(base, 'night.yaml');
  writeFileSync(
    grid,
    `defaults: { epochs: 6, batchSize: 32, targets: [label, variety], targetWeights: [1, 0.5] }
blocks:
  - { arch: [tf_efficientnet_lite0, tf_efficientnet_lite1], resize: [squish, crop], size: [96, 128] }
  - { arch: tf_efficientnet_lite2, size: 128 }
`,
  );
  granary(base, 'queue', paddy, '--grid', grid);
}

/** The queue's pictures leave runs behind that were stopped when the app was closed. */
function clearUp(workspace) {
  rmSync(join(workspace, 'queue.json'), { force: true });
  const runs = join(workspace, 'runs');
  for (const run of existsSync(runs) ? readdirSync(runs) : []) {
    const result = join(runs, run, 'result.json');
    const finished = existsSync(result) && JSON.parse(readFileSync(result, 'utf8')).status === 'finished';
    if (!finished) rmSync(join(runs, run), { recursive: true, force: true });
  }
}

/** A folder a label, with a picture that is none, the same picture twice, and one picture under two labels. */
function drawFaults(paddy, photos) {
  const rows = readFileSync(join(paddy, 'train.csv'), 'utf8').trim().split('\n').slice(1);
  const taken = new Map();
  for (const row of rows) {
    const [name, label] = row.split(',');
    const place = taken.get(label) ?? 0;
    if (place >= 12 || (taken.size >= 5 && place === 0)) continue;
    taken.set(label, place + 1);
    mkdirSync(join(photos, label), { recursive: true });
    copyFileSync(find(paddy, name), join(photos, label, name));
  }
  const [first, second, third] = [...taken.keys()];
  const [one, two, three] = readdirSync(join(photos, first));
  copyFileSync(join(photos, first, one), join(photos, second, 'IMG_0412.jpg'));
  copyFileSync(join(photos, first, two), join(photos, first, 'copy of leaf.jpg'));
  const whole = readFileSync(join(photos, first, three));
  writeFileSync(join(photos, third, 'IMG_0587.jpg'), whole.subarray(0, whole.length / 3));
  writeFileSync(join(photos, third, 'IMG_0588.jpg'), 'not a picture');
}

function find(paddy, name) {
  const folders = [
    'train_images',
    ...readdirSync(join(paddy, 'train_images')).map((one) => join('train_images', one)),
  ];
  return folders.map((folder) => join(paddy, folder, name)).find((path) => existsSync(path));
}
