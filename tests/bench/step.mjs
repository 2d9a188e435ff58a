// A compiled training step beside PyTorch's, in turn, each in a fresh process; prints one JSON object with a row a case.
// On a card (the CUDA build): torch_card_step.py with TF32, as TensorFlow has it, and the card's memory.
// A case that ends in :bfloat16 is in half precision in both, PyTorch's by autocast on the processor.
// Usage: node tests/bench/step.mjs [ROUNDS] [ARCH:SIZE:BATCH:STEPS[:PRECISION] …]   (PYTHON: an interpreter with timm; TORCH_STEP: the script)
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './statistics.mjs';

const [rounds = '3', ...given] = process.argv.slice(2);
const cases =
  given.length > 0
    ? given
    : [
        'convnext_tiny:224:8:6',
        'convnext_tiny:128:8:8',
        'resnet26d:128:16:8',
        'tf_efficientnet_lite0:224:16:6',
      ];
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const python = process.env.PYTHON ?? '/root/pt/bin/python';
const torchStep = process.env.TORCH_STEP ?? join(root, '..', 'shared', 'bench', 'torch_step.py');
const torchCardStep = join(root, 'tests', 'bench', 'torch_card_step.py');

const run = (command, ...args) => {
  const lines = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  return JSON.parse(lines.split('\n').at(-1));
};
const round = (value) => Math.round(value * 1000) / 1000;

const rows = cases.map((text) => {
  const [arch, size, batch, steps, precision = 'float32'] = text.split(':');
  const [ours, theirs] = [[], []];
  for (let i = 0; i < Number(rounds); i++) {
    const flags = ['--arch', arch, '--size', size, '--batch', batch, '--steps', steps, '--json'];
    flags.push('--precision', precision);
    ours.push(run(process.execPath, join(root, 'bin/granary.cjs'), 'bench', 'step', ...flags));
    const card = ours.at(-1).peak_card_mb !== null;
    theirs.push(
      card
        ? run(python, torchCardStep, arch, size, batch, steps, '--tf32')
        : run(python, torchStep, arch, size, batch, steps, ...(precision === 'bfloat16' ? ['--bf16'] : [])),
    );
  }
  const ratio = (field) => round(median(ours.map((r) => r[field])) / median(theirs.map((r) => r[field])));
  const memory = ours[0].peak_card_mb === null ? 'peak_rss_mb' : 'peak_card_mb';
  const ends = (results, field) => results.map((result) => round(result[field]));
  return {
    arch,
    size: Number(size),
    batch: Number(batch),
    precision,
    time_ratio: ratio('median_s'),
    min_time_ratio: round(Math.min(...ours.map((r) => r.min_s)) / Math.min(...theirs.map((r) => r.min_s))),
    memory_ratio: ratio(memory),
    median_s: ends(ours, 'median_s'),
    torch_median_s: ends(theirs, 'median_s'),
    [memory]: ends(ours, memory),
    [`torch_${memory}`]: ends(theirs, memory),
  };
});
console.log(JSON.stringify({ rounds: Number(rounds), rows }));
