// How long a process takes to answer for its first network: milliseconds of the recordings (with and without checkpointing, read off)
// and of all fourteen answers after them, as a prediction's worker does it, each in a fresh process so that nothing is compiled
// beforehand. The networks and sizes of docs/memory.md's table, batch 64. Prints a Markdown row a network, the worst, and one JSON object.
// Usage: node tests/bench/forecast.mjs [--rounds 3] [ARCH:SIZE …]
import { parseArgs } from 'node:util';
import { median } from './statistics.mjs';
import { inOwnProcesses } from './support/own-process.mjs';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const cases =
  positionals.length > 0
    ? positionals
    : [
        ...['convnext_tiny:128', 'vit_tiny_patch16_224:224', 'resnet26d:128', 'tf_efficientnet_lite0:224'],
        ...['swin_tiny_patch4_window7_224:224', 'swinv2_tiny_window8_256:256', 'convnext_tiny:224'],
        ...['resnet50:224', 'tf_efficientnet_lite0:128', 'vit_small_patch16_224:224', 'convnext_small:128'],
      ];

const source = `
import { defaultPresize } from './shared/image-size.ts';
import { accumulations } from './src-main/scheduler/memory/accumulations.ts';
import { forecastMemory } from './src-main/training/memory/forecast.ts';
const [arch, side] = process.argv.slice(2);
const size = { height: Number(side), width: Number(side) };
const { needs, recordMs, predictMs } = forecastMemory({
  arch, size, presize: defaultPresize(size), classes: [10], batchSize: 64, accums: accumulations(64), card: false,
});
console.log(JSON.stringify({ answers: needs.length, recordMs, predictMs }));`;

await inOwnProcesses(source, (run) => {
  // In turn, so that a busy minute does not fall on one network alone.
  const rounds = Array.from({ length: Number(values.rounds) }, () =>
    cases.map((text) => run(...text.split(':'))),
  );
  console.log('| network | answers | ms, median | worst | recordings, ms |\n| --- | --- | --- | --- | --- |');
  const rows = cases.map((network, i) => {
    const seen = rounds.map((round) => round[i]);
    const times = seen.map(({ predictMs }) => predictMs);
    const row = {
      ...{ network, answers: seen[0].answers, median_ms: median(times), worst_ms: Math.max(...times) },
      record_ms: median(seen.map(({ recordMs }) => recordMs)),
    };
    const [middle, worst, record] = [row.median_ms, row.worst_ms, row.record_ms].map(Math.round);
    console.log(`| ${network} | ${row.answers} | ${middle} | ${worst} | ${record} |`);
    return row;
  });
  console.log(JSON.stringify({ worst_ms: Math.max(...rows.map(({ worst_ms: worst }) => worst)), rows }));
});
