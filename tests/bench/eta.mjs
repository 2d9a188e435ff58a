// The time left that a run tells right after its first epoch, beside what it really took from there to its end; prints a Markdown row
// a run and then the errors' mean and worst.
//
//   node tests/bench/eta.mjs --dataset SAMPLE [--epochs 5] [--frozen-epochs 1] [ARCH:SIZE …]
//
// SAMPLE: a dataset drawn by `granary sample`; 200 pictures make a run of half a minute. Runs start from scratch; with --frozen-epochs
// they start from the weights of a run of one epoch before them, so that their first epoch trains the head alone. GRANARY: another
// bin/granary.cjs to run.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  options: {
    dataset: { type: 'string' },
    epochs: { type: 'string', default: '5' },
    'frozen-epochs': { type: 'string', default: '0' },
  },
  allowPositionals: true,
});
if (options.dataset === undefined) throw new Error('Usage: eta.mjs --dataset SAMPLE [ARCH:SIZE …]');
const runs =
  positionals.length > 0
    ? positionals
    : ['resnet18:96', 'tf_efficientnet_lite0:96', 'convnext_atto:96', 'vit_tiny_patch16_224:96'];
const here = dirname(fileURLToPath(import.meta.url));
const granary = process.env.GRANARY ?? join(here, '..', '..', 'bin', 'granary.cjs');
const workspace = mkdtempSync(join(tmpdir(), 'granary-eta-'));

/** Trains one run, and hears its events. */
async function train(arch, size, more, hear) {
  const what = ['--arch', arch, '--size', size, '--batch-size', '16', '--accum', '1', '--seed', '1'];
  const child = spawn(
    process.execPath,
    [granary, 'train', options.dataset, ...what, ...more, '--json', '--workspace', workspace],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let run = null;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text);
    if (line.type === 'run-started') run = line.header.id;
    hear?.(line);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return run;
}

/** Seconds that were told after the first epoch, and that really passed. */
async function measure(arch, size) {
  const frozen = options['frozen-epochs'];
  const from =
    frozen === '0'
      ? 'none'
      : await train(arch, size, ['--weights', 'none', '--epochs', '1', '--frozen-epochs', '0']);
  let [epochs, told, at] = [0, null, null];
  const how = ['--weights', from, '--epochs', options.epochs, '--frozen-epochs', frozen];
  await train(arch, size, how, (line) => {
    if (line.type === 'epoch') epochs += 1;
    if (line.type === 'step' && epochs === 1 && told === null) [told, at] = [line.etaSeconds, Date.now()];
  });
  return { told, took: (Date.now() - at) / 1000 };
}

console.log('| run | told, s | took, s | error |\n| --- | --- | --- | --- |');
const errors = [];
for (const text of runs) {
  const [arch, size] = text.split(':');
  const { told, took } = await measure(arch, size);
  errors.push(told / took - 1);
  console.log(
    `| ${arch} ${size} | ${told.toFixed(1)} | ${took.toFixed(1)} | ${(100 * errors.at(-1)).toFixed(1)} % |`,
  );
}
const sizes = errors.map(Math.abs);
const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length;
console.log(`\nMean ${(100 * mean).toFixed(1)} %, worst ${(100 * Math.max(...sizes)).toFixed(1)} %.`);
rmSync(workspace, { recursive: true, force: true });
