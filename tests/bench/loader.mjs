// Granary's loader beside a PyTorch DataLoader, in turn on the same pictures; prints one JSON object with the ratios of medians.
// Usage: node tests/bench/loader.mjs FOLDER SIZE [ROUNDS]   (PYTHON: an interpreter with torchvision; TORCH_LOADER: the script)
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, size = '224', rounds = '3'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node tests/bench/loader.mjs FOLDER SIZE [ROUNDS]');
  process.exit(2);
}
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const python = process.env.PYTHON ?? '/root/pt/bin/python';
const torchLoader = process.env.TORCH_LOADER ?? join(root, '..', 'shared', 'bench', 'torch_loader.py');

const run = (command, ...args) => {
  const lines = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  return JSON.parse(lines.split('\n').at(-1));
};
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const ours = [];
const theirs = [];
for (let round = 0; round < Number(rounds); round++) {
  ours.push(
    run(process.execPath, join(root, 'bin/granary.cjs'), 'bench', 'loader', folder, '--size', size, '--json'),
  );
  theirs.push(run(python, torchLoader, folder, size, '2'));
}
const cold = median(ours.map((figures) => figures.cold_images_per_s));
const cached = median(ours.map((figures) => figures.cached_images_per_s));
const torch = median(theirs.map((figures) => figures.images_per_s));
const round = (value) => Math.round(value * 100) / 100;
console.log(
  JSON.stringify({
    folder,
    size,
    rounds: ours.length,
    images: ours[0].images,
    torch_images: theirs[0].images,
    cold_images_per_s: cold,
    cached_images_per_s: cached,
    torch_images_per_s: round(torch),
    cold_ratio: round(cold / torch),
    cached_ratio: round(cached / torch),
  }),
);
