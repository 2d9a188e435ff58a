// What a second target does to the first, on the sample dataset: disease alone beside disease and variety together, at equal and at
// twice the epochs, over several seeds (each its own split, the same for all ways). Prints one JSON object: means and standard errors.
// Usage: node tests/bench/multi_target.mjs [--images 600] [--size 96] [--epochs 3] [--seeds 1,2,3] [--workspace DIR]
// Runs that the workspace has already are read and not trained again, so that it can be stopped and called once more.
// --lock FILE lets each training run wait for its turn on a machine that is shared.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mean, standardError } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '600' },
    size: { type: 'string', default: '96' },
    epochs: { type: 'string', default: '3' },
    batch: { type: 'string', default: '32' },
    seeds: { type: 'string', default: '1,2,3' },
    arch: { type: 'string', default: 'tf_efficientnet_lite0' },
    workspace: { type: 'string' },
    lock: { type: 'string' },
  },
});
const granary = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'granary.cjs');
const folder = options.workspace ?? mkdtempSync(join(tmpdir(), 'granary-multi-target-'));
mkdirSync(folder, { recursive: true });
const [dataset, workspace, kept] = ['sample', 'workspace', 'results.json'].map((name) => join(folder, name));

/** Runs a command of ours when its turn comes, and returns the last line of its output as JSON. */
function run(...args) {
  const command = [process.execPath, granary, ...args];
  const [program, ...rest] =
    options.lock === undefined ? command : ['flock', options.lock, 'nice', '-n', '5', ...command];
  const { status, stdout } = spawnSync(program, rest, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`granary ${args.join(' ')} ended with code ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

if (!existsSync(dataset)) {
  execFileSync(process.execPath, [granary, 'sample', dataset, '--images', options.images], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const epochs = Number(options.epochs);
const ways = [
  { name: 'disease', targets: ['label'], epochs },
  { name: 'disease and variety', targets: ['label', 'variety'], epochs },
  { name: 'disease', targets: ['label'], epochs: 2 * epochs },
  { name: 'disease and variety', targets: ['label', 'variety'], epochs: 2 * epochs },
];
const results = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
for (const seed of options.seeds.split(',')) {
  for (const way of ways) {
    const key = `${way.targets.join('+')} ${way.epochs} ${seed}`;
    if (results[key] !== undefined) continue;
    const train = ['train', dataset, '--arch', options.arch, '--size', options.size, '--seed', seed];
    const { run: id, targets } = run(
      ...[...train, '--epochs', String(way.epochs), '--batch-size', options.batch],
      ...way.targets.flatMap((target) => ['--target', target]),
      ...['--workspace', workspace, '--json'],
    );
    // Scored on the pictures that no split has: the sample's hidden answers.
    const out = join(folder, 'submission.csv');
    run('ensemble', id, '--target', 'label', '--out', out, '--workspace', workspace, '--json');
    const [hidden] = run('score', out, join(dataset, 'answers', 'test_labels.csv'), '--json');
    results[key] = { targets, hidden: { images: hidden.images, errorRate: hidden.errorRate } };
    writeFileSync(kept, JSON.stringify(results));
    console.error(key, JSON.stringify(results[key]));
  }
}

const round = (value) => (value === null ? null : Number(value.toFixed(4)));
const over = (values) => ({ mean: round(mean(values)), se: round(standardError(values)) });
const seeds = options.seeds.split(',');
const rows = ways.map((way) => {
  const runs = seeds.map((seed) => results[`${way.targets.join('+')} ${way.epochs} ${seed}`]);
  const of = (target, field) =>
    over(runs.map(({ targets }) => targets.find(({ name }) => name === target)[field]));
  return {
    ...{ targets: way.targets, epochs: way.epochs },
    valid: Object.fromEntries(way.targets.map((target) => [target, of(target, 'error_rate')])),
    valid_tta: Object.fromEntries(way.targets.map((target) => [target, of(target, 'tta_error_rate')])),
    hidden_tta: { label: over(runs.map(({ hidden }) => hidden.errorRate)) },
    hidden_images: runs[0].hidden.images,
  };
});
/** Two targets less one, seed by seed, on the hidden answers: below 0 is better with the second target. */
const differences = [epochs, 2 * epochs].map((count) => {
  const pair = (seed, targets) => results[`${targets} ${count} ${seed}`].hidden.errorRate;
  return {
    epochs: count,
    ...over(seeds.map((seed) => pair(seed, 'label+variety') - pair(seed, 'label'))),
  };
});
const { images, size, arch, batch } = options;
console.log(
  JSON.stringify({ images, size, arch, batch, seeds, rows, hidden_difference: differences }, null, 1),
);
