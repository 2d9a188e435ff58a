// Trains from scratch with Granary and with torch_scratch.py, in turn, on the same splits, and compares errors.
//
//   node tests/bench/scratch.mjs --dataset SAMPLE --arch convnext_atto [--size 64 --epochs 15 --seeds 0,1,2 --lock FILE]
//
// SAMPLE: a dataset drawn by `granary sample`. A seed is a split, the same on both sides, and each side's own random
// numbers for the start, the order and the flips. Squish, flips only, no test-time augmentation, no frozen epoch. Each training
// runs under `flock FILE` where one is given, so that others get their turn. Prints one JSON object at the end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runLines } from './granary-train.mjs';
import { mean, median, standardError } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    dataset: { type: 'string' },
    arch: { type: 'string', default: 'convnext_atto' },
    size: { type: 'string', default: '64' },
    batch: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '15' },
    lr: { type: 'string', default: '0.002' },
    seeds: { type: 'string', default: '0,1,2' },
    /** Share of the pictures that validate. */
    valid: { type: 'string', default: '0.3' },
    python: { type: 'string', default: '/root/pt/bin/python' },
    lock: { type: 'string' },
  },
});
if (options.dataset === undefined) throw new Error('Usage: scratch.mjs --dataset SAMPLE [--arch A]');

const here = dirname(fileURLToPath(import.meta.url));
const granary = join(here, '..', '..', 'bin', 'granary.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'granary-scratch-'));
const ids = readFileSync(join(options.dataset, 'train.csv'), 'utf8')
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => line.split(',')[0]);

/** Drawn by a linear congruential generator (Numerical Recipes) from the seed, so that neither side has a say in it. */
function drawSplit(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const shuffled = [...ids];
  for (let i = shuffled.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  const cut = Math.floor(ids.length * Number(options.valid));
  return { valid: shuffled.slice(0, cut), train: shuffled.slice(cut) };
}

const locked = (program, args) =>
  options.lock === undefined
    ? runLines('nice', ['-n', '5', program, ...args])
    : runLines('flock', [options.lock, 'nice', '-n', '5', program, ...args]);

async function ours(seed, split) {
  const flags = '--max-rotate 0 --max-zoom 1 --max-warp 0 --max-lighting 0 --min-scale 1';
  const { dataset, arch, size, batch, epochs, lr } = options;
  const values = await locked(process.execPath, [
    ...[granary, 'train', dataset, '--arch', arch, '--size', size, '--presize', size],
    ...['--resize', 'squish', '--batch-size', batch, '--epochs', epochs, '--frozen-epochs', '0'],
    ...['--lr', lr, '--weights', 'none', '--tta', '0', '--seed', String(seed), '--split', split],
    ...['--no-holdout', '--no-test-dir', '--workspace', join(scratch, 'workspace')],
    ...[...flags.split(' '), '--json'],
  ]);
  const logs = values.flatMap((value) => (value.type === 'epoch' ? [value.log] : []));
  return {
    error: values.at(-1).error_rate,
    loss: values.at(-1).valid_loss,
    trainLoss: logs.at(-1).trainLoss,
    epochSeconds: median(logs.map((log) => log.trainSeconds)),
    errors: logs.map((log) => log.errorRate),
    trainLosses: logs.map((log) => log.trainLoss),
  };
}

async function theirs(seed, split) {
  const { dataset, arch, size, batch, epochs, lr } = options;
  const args = [dataset, split, arch, size, batch, epochs, lr, String(seed)];
  const logs = (await locked(options.python, [join(here, 'torch_scratch.py'), ...args])).slice(1);
  return {
    error: logs.at(-1).error_rate,
    loss: logs.at(-1).valid_loss,
    trainLoss: logs.at(-1).train_loss,
    epochSeconds: median(logs.map((log) => log.train_s)),
    errors: logs.map((log) => log.error_rate),
    trainLosses: logs.map((log) => log.train_loss),
  };
}

const pairs = [];
try {
  for (const seed of options.seeds.split(',').map(Number)) {
    const split = join(scratch, `split-${seed}.json`);
    writeFileSync(split, JSON.stringify(drawSplit(seed)));
    pairs.push({ seed, ours: await ours(seed, split), theirs: await theirs(seed, split) });
    console.error(JSON.stringify(pairs.at(-1)));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Mean and standard error over the seeds of one figure. */
const spread = (values) => ({ mean: mean(values), se: standardError(values) });
const side = (of) =>
  Object.fromEntries(
    ['error', 'loss', 'trainLoss', 'epochSeconds'].map((key) => [
      key,
      spread(pairs.map((pair) => pair[of][key])),
    ]),
  );
const { arch, size, batch, epochs, lr } = options;
console.log(
  JSON.stringify({
    ...{ arch, size, batch: Number(batch), epochs: Number(epochs), lr: Number(lr), pictures: ids.length },
    ours: side('ours'),
    theirs: side('theirs'),
    /** Ours less theirs on the same split. */
    error_difference: spread(pairs.map((pair) => pair.ours.error - pair.theirs.error)),
    loss_difference: spread(pairs.map((pair) => pair.ours.loss - pair.theirs.loss)),
    pairs,
  }),
);
