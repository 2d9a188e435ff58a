// Matrix factorisation with biases at batch 64 beside PyTorch's script, in turn: seconds an epoch, and validation error.
// node tests/bench/collab.mjs TRAIN VALID --torch "PYTHON torch_collab.py" [--rounds 3] [--factors 50] [--wd 0.1] [--epochs 5]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './statistics.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    torch: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    factors: { type: 'string', default: '50' },
    wd: { type: 'string', default: '0.1' },
    epochs: { type: 'string', default: '5' },
  },
});
const [train, valid] = positionals;
if (valid === undefined || values.torch === undefined)
  throw new Error('usage: node tests/bench/collab.mjs TRAIN VALID --torch "PYTHON torch_collab.py"');
const { factors, wd, epochs } = values;
const workspace = mkdtempSync(join(tmpdir(), 'granary-bench-collab-'));

/** What PyTorch's script does; Granary's own defaults are others (decision 087). */
const lesson = ['--decay', 'decoupled', '--intercept', 'none', '--lr', '0.005', '--range', '0,5.5'];

function ours(seed, settings) {
  const flags = [
    '--valid',
    valid,
    '--factors',
    factors,
    '--wd',
    wd,
    '--epochs',
    epochs,
    '--seed',
    String(seed),
  ];
  const command = [join(root, 'bin/granary.cjs'), 'collab', 'train', train, ...flags];
  const out = execFileSync(process.execPath, [...command, ...settings, '--workspace', workspace, '--json'], {
    encoding: 'utf8',
  });
  const logs = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'epoch');
  return { seconds: logs.map(({ trainSeconds }) => trainSeconds), mse: logs.at(-1).mse };
}

function torch() {
  const [python, ...script] = values.torch.split(' ');
  const out = execFileSync(python, [...script, train, valid, factors, wd, epochs], { encoding: 'utf8' });
  const logs = [...out.matchAll(/epoch \d+ ([\d.]+)s valid mse ([\d.]+)/g)];
  return { seconds: logs.map(([, seconds]) => Number(seconds)), mse: Number(logs.at(-1)[2]) };
}

try {
  const rounds = { ours: [], torch: [], defaults: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    rounds.ours.push(ours(round + 1, lesson));
    rounds.torch.push(torch());
    rounds.defaults.push(ours(round + 1, []));
  }
  // The first epoch of ours includes that TensorFlow optimises the graph; it counts.
  const seconds = (side) =>
    median(rounds[side].map((run) => run.seconds.reduce((a, b) => a + b, 0) / run.seconds.length));
  const result = {
    ours_s_per_epoch: seconds('ours'),
    ours_fastest_epoch_s: Math.min(...rounds.ours.flatMap((run) => run.seconds)),
    torch_s_per_epoch: seconds('torch'),
    torch_fastest_epoch_s: Math.min(...rounds.torch.flatMap((run) => run.seconds)),
    ours_mse: rounds.ours.map(({ mse }) => mse),
    torch_mse: rounds.torch.map(({ mse }) => mse),
    defaults_mse: rounds.defaults.map(({ mse }) => mse),
    defaults_s_per_epoch: seconds('defaults'),
  };
  console.log(
    JSON.stringify({
      ...result,
      ratio: result.ours_s_per_epoch / result.torch_s_per_epoch,
      fastest_ratio: result.ours_fastest_epoch_s / result.torch_fastest_epoch_s,
    }),
  );
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
