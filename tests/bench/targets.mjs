// What a second target costs: a training step on one target of ten classes beside one on two of ten, the rounds of both taken in
// turn (and who begins taken in turn too) in one process; prints one JSON object with the ratio of the medians.
// Usage: node tests/bench/targets.mjs [ARCH] [SIZE] [BATCH] [ROUNDS]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { mean, median, standardError } from './statistics.mjs';

const [arch = 'tf_efficientnet_lite0', sizeText = '128', batchText = '16', roundsText = '24'] =
  process.argv.slice(2);
const [size, batch, rounds] = [sizeText, batchText, roundsText].map(Number);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The sources as they are, bundled inside the checkout so that they find its packages. */
async function load() {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'granary-bench-'));
  const entry = join(folder, 'entry.ts');
  const program = join(root, 'src-main/training/program');
  writeFileSync(
    entry,
    `export { Program, recordProgram } from '${program}/index.ts';\n` +
      `export { benchmarkSpec, syntheticBatch } from '${program}/bench.ts';\n`,
  );
  const outfile = join(folder, 'bundle.cjs');
  const external = ['@tensorflow/*', 'sharp'];
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', external });
  try {
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { Program, recordProgram, benchmarkSpec, syntheticBatch } = await load();
const side = { height: size, width: size };
const sides = [[10], [10, 10]].map((targets) => {
  const spec = { ...benchmarkSpec({ arch, size: side, batch }), targets };
  const program = Program.load(recordProgram(spec));
  program.init(1);
  return { program, feeds: syntheticBatch(spec), seconds: [], processor: [] };
});

/** One step's seconds on the clock, and of the processor: the latter minds less what else the machine does. */
function step({ program, feeds }) {
  const [began, used] = [performance.now(), process.cpuUsage()];
  program.trainStep(feeds);
  const { user, system } = process.cpuUsage(used);
  return [(performance.now() - began) / 1000, (user + system) / 1e6];
}

// TensorFlow optimises the graph in the first step and plans its memory in the next.
for (let i = 0; i < 3; i++) sides.forEach(step);
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? sides : [...sides].reverse();
  for (const one of order) {
    const [seconds, processor] = step(one);
    one.seconds.push(seconds);
    one.processor.push(processor);
  }
}
const [single, double] = sides.map(({ seconds }) => seconds);
const ratios = double.map((seconds, i) => seconds / single[i]);
const round = (value, digits) => Number(value.toFixed(digits));
console.log(
  JSON.stringify({
    ...{ arch, size, batch, rounds },
    one_target_s: round(median(single), 4),
    two_targets_s: round(median(double), 4),
    ratio_of_medians: round(median(double) / median(single), 4),
    median_of_ratios: round(median(ratios), 4),
    mean_of_ratios: round(mean(ratios), 4),
    mean_of_ratios_se: round(standardError(ratios), 4),
    processor_ratio_of_medians: round(median(sides[1].processor) / median(sides[0].processor), 4),
    ratio_of_minima: round(Math.min(...double) / Math.min(...single), 4),
  }),
);
for (const { program } of sides) program.dispose();
