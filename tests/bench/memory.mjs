// Predicted beside measured peak resident memory of real runs, from scratch on the sample dataset, each in a fresh worker; prints a
// Markdown row a case and then one JSON object. Takes about a minute a case on two cores.
// Usage: node tests/bench/memory.mjs [--probe] [ARCH:SIZE:BATCH:EPOCHS[:PRECISION] …]     (a run should have at least four steps)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const given = process.argv.slice(2).filter((argument) => argument !== '--probe');
const probes = process.argv.includes('--probe');
const cases =
  given.length > 0
    ? given
    : [
        'convnext_tiny:128:16:2',
        'vit_tiny_patch16_224:224:16:2',
        'resnet26d:128:32:3',
        'tf_efficientnet_lite0:224:16:2',
        'swin_tiny_patch4_window7_224:224:4:1',
        'swinv2_tiny_window8_256:256:4:1',
        'convnext_tiny:224:8:1',
        'resnet50:224:8:1',
        'tf_efficientnet_lite0:128:32:3',
        'vit_small_patch16_224:224:8:1',
        'convnext_small:128:8:1',
        'swin_tiny_patch4_window7_224:224:8:1',
      ];
const granary = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'granary.cjs');
const folder = mkdtempSync(join(tmpdir(), 'granary-memory-'));
const run = (...args) => {
  const out = execFileSync(process.execPath, [granary, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(out.trim().split('\n').at(-1));
};
try {
  const data = join(folder, 'data');
  run('sample', data, '--images', '120', '--json');
  const rows = cases.map((text) => {
    const [arch, size, batch, epochs, precision = 'float32'] = text.split(':');
    const what = ['--arch', arch, '--size', size, '--batch-size', batch, '--precision', precision];
    const plan = run(
      'fit',
      '--classes',
      '10',
      ...what,
      '--memory',
      '1TB',
      ...(probes ? [] : ['--no-probe']),
      '--json',
    ).runs[0];
    const flags = [
      '--accum',
      '1',
      '--epochs',
      epochs,
      '--frozen-epochs',
      '0',
      '--tta',
      '0',
      '--weights',
      'none',
    ];
    const trained = run('train', data, ...what, ...flags, '--workspace', join(folder, 'workspace'), '--json');
    const measured = trained.peak_card_mb ?? trained.peak_rss_mb;
    const error = plan.predicted_mb / measured - 1;
    console.log(
      `| ${arch}${precision === 'float32' ? '' : `, ${precision}`} | ${size} | ${batch} | ${Math.round(plan.predicted_mb)} | ${Math.round(measured)} | ${(100 * error).toFixed(1)} % |${probes ? ` ${Math.round(plan.probed_mb)} |` : ''}`,
    );
    return {
      arch,
      precision,
      size,
      batch,
      predicted_mb: plan.predicted_mb,
      probed_mb: plan.probed_mb,
      measured_mb: measured,
      error,
    };
  });
  const errors = rows.map(({ error }) => Math.abs(error));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  console.log(JSON.stringify({ mean_absolute_error: mean, worst: Math.max(...errors), rows }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
