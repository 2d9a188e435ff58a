// Fine-tunes on the same splits with Granary and with a PyTorch script, in turn, and compares errors pair by pair.
//
//   node tests/bench/finetune.mjs --folder STAMPS --python ~/pt/bin/python --script torch_finetune.py --weights W.safetensors
//
// The split of seed s is drawn here, so that neither side has a say in it. Prints one JSON object at the end.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { granaryTrain, runLines } from './granary-train.mjs';
import { mean, median, standardError } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    /** The other side: FOLDER MODEL WEIGHTS SIZE BATCH EPOCHS SEED SPLIT.json, a JSON line an epoch. */
    script: { type: 'string' },
    weights: { type: 'string' },
    arch: { type: 'string', default: 'tf_efficientnet_lite0' },
    size: { type: 'string', default: '128' },
    batch: { type: 'string', default: '16' },
    epochs: { type: 'string', default: '6' },
    seeds: { type: 'string', default: '0,1,2,3,4' },
    /** Flags passed on to `granary train`, separated by spaces. */
    flags: { type: 'string', default: '' },
    /** Trains ours only. */
    alone: { type: 'boolean', default: false },
    /** Keeps the runs here instead of in a folder that is deleted. */
    workspace: { type: 'string' },
  },
});
if (options.folder === undefined || (!options.alone && (!options.script || !options.weights))) {
  throw new Error(
    'Usage: finetune.mjs --folder F --script S --weights W [--python P]; or --folder F --alone',
  );
}

const scratch = mkdtempSync(join(tmpdir(), 'granary-finetune-'));
const workspace = options.workspace ?? join(scratch, 'workspace');
const files = readdirSync(options.folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(jpe?g|png)$/i.test(entry.name))
  .map((entry) => relative(options.folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .sort();

/** A fifth for validation, drawn by a linear congruential generator (Numerical Recipes) from the seed. */
function drawSplit(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const shuffled = [...files];
  for (let i = shuffled.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  const cut = Math.floor(files.length / 5);
  return { valid: shuffled.slice(0, cut), train: shuffled.slice(cut) };
}

async function ours(seed, split) {
  const { epochs, result } = await granaryTrain(
    [options.folder, '--arch', options.arch, '--size', options.size, '--batch-size', options.batch]
      .concat(['--epochs', options.epochs, '--seed', String(seed), '--split', split, '--no-holdout'])
      .concat(['--workspace', workspace, ...options.flags.split(' ').filter(Boolean)]),
  );
  const seconds = epochs.filter((epoch) => epoch.phase === 'full').map((epoch) => epoch.trainSeconds);
  return {
    error: result.error_rate,
    ttaError: result.tta_error_rate,
    loss: result.valid_loss,
    epochSeconds: median(seconds),
    errors: epochs.map((epoch) => epoch.errorRate),
  };
}

async function theirs(seed, split) {
  const { script, folder, arch, weights, size, batch } = options;
  const lines = await runLines(options.python, [
    ...[script, folder, arch, weights, size, batch],
    ...[options.epochs, String(seed), split],
  ]);
  const epochs = lines.filter((line) => 'error_rate' in line);
  return {
    error: epochs.at(-1).error_rate,
    loss: epochs.at(-1).valid_loss,
    epochSeconds: median(epochs.filter((epoch) => !epoch.frozen).map((epoch) => epoch.train_s)),
    errors: epochs.map((epoch) => epoch.error_rate),
  };
}

const pairs = [];
try {
  for (const seed of options.seeds.split(',').map(Number)) {
    const split = join(scratch, `split-${seed}.json`);
    writeFileSync(split, JSON.stringify(drawSplit(seed)));
    const pair = { seed, ours: await ours(seed, split) };
    if (!options.alone) pair.theirs = await theirs(seed, split);
    pairs.push(pair);
    console.error(JSON.stringify(pair));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const figures = (side) => ({
  error: mean(pairs.map((pair) => pair[side].error)),
  loss: mean(pairs.map((pair) => pair[side].loss)),
  epoch_s: median(pairs.map((pair) => pair[side].epochSeconds)),
});
const summary = {
  arch: options.arch,
  size: options.size,
  batch: Number(options.batch),
  epochs: Number(options.epochs),
  pictures: files.length,
  ours: { ...figures('ours'), tta_error: mean(pairs.map((pair) => pair.ours.ttaError)) },
};
if (!options.alone) {
  const differences = pairs.map((pair) => pair.ours.error - pair.theirs.error);
  summary.theirs = figures('theirs');
  summary.difference = mean(differences);
  summary.difference_se = standardError(differences);
  summary.epoch_ratio = median(pairs.map((pair) => pair.ours.epochSeconds / pair.theirs.epochSeconds));
}
console.log(JSON.stringify({ ...summary, pairs }));
