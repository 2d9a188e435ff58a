// Weights trained in Granary, loaded by timm: `node tests/bench/strict.mjs [--python PYTHON] [ARCH:SIZE …]`. Trains each architecture
// from scratch for two epochs on a small sample dataset, then lets tests/bench/parity.py load the run's weights.safetensors with
// strict=True and compare logits and gradients. Needs a built Granary, timm 1.0.31, torch and safetensors. Prints a JSON line each.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { granaryTrain } from './granary-train.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** One of each family, and sizes other than their own. */
const DEFAULTS = [
  'resnet18:64',
  'convnext_atto:64',
  'convnextv2_atto:64',
  'efficientnet_b0:64',
  'mobilenetv3_large_100:64',
  'tf_efficientnet_lite0:64',
  'vit_tiny_patch16_224:96',
  'deit3_small_patch16_224:64',
  'swin_tiny_patch4_window7_224:64x96',
  'swinv2_tiny_window8_256:64',
];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string', default: 'python3' }, images: { type: 'string', default: '120' } },
});
const folder = mkdtempSync(join(tmpdir(), 'granary-strict-'));
try {
  const dataset = join(folder, 'leaves');
  run(process.execPath, [
    join(root, 'bin/granary.cjs'),
    'sample',
    dataset,
    '--images',
    values.images,
    '--seed',
    '1',
  ]);
  for (const job of positionals.length > 0 ? positionals : DEFAULTS) {
    const [arch, size] = job.split(':');
    const workspace = join(folder, 'workspace');
    const flags = [
      '--weights',
      'none',
      '--epochs',
      '2',
      '--frozen-epochs',
      '0',
      '--batch-size',
      '16',
      '--seed',
      '1',
      '--tta',
      '0',
    ];
    const settings = ['--arch', arch, '--size', size, ...flags, '--workspace', workspace];
    const { result } = await granaryTrain([dataset, ...settings]);
    const weights = join(workspace, 'runs', result.run, 'weights.safetensors');
    const parity = run(values.python, [join(root, 'tests/bench/parity.py'), `${job}=${weights}`]);
    console.log(JSON.stringify({ ...JSON.parse(parity), trained_loss: result.valid_loss }));
    rmSync(workspace, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status === 0) return stdout;
  throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
}
