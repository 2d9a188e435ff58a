// Records every architecture once, with all fetches of a run with a frozen epoch and accumulation, and prints one JSON object:
// milliseconds, nodes and MB of the SavedModel of each, in a fresh process each (so nothing is compiled beforehand).
// Usage: node tests/bench/record.mjs [TEXT in the id …]
import { inOwnProcesses } from './support/own-process.mjs';

const source = `
import { architectures } from './shared/architectures/index.ts';
import { recordProgram } from './src-main/training/program/index.ts';
const wanted = process.argv[2];
if (wanted === undefined) console.log(JSON.stringify(architectures.map(({ id }) => id)));
else {
  const info = architectures.find(({ id }) => id === wanted);
  const size = info.defaultSize;
  const { recordMs, nodes, savedModel } = recordProgram({
    arch: info.id, targets: [10], pixels: size, size, microBatch: 32, evalBatch: 64,
    train: true, accumulate: true, trainHead: true, labelSmoothing: 0.1, dropPath: 0.1,
    normalise: info, lrGroups: 1, optimizer: { beta2: 0.99, epsilon: 1e-5 },
  });
  console.log(JSON.stringify({ arch: info.id, ms: Math.round(recordMs), nodes, mb: Math.round(savedModel.length / 1e4) / 100 }));
}`;

await inOwnProcesses(source, (run) => {
  const given = process.argv.slice(2);
  const ids = run().filter((id) => given.length === 0 || given.some((text) => id.includes(text)));
  const rows = ids.map((id) => run(id));
  const slowest = rows.reduce((a, b) => (b.ms > a.ms ? b : a));
  console.log(JSON.stringify({ rows, slowest, underTwoSeconds: slowest.ms < 2000 }, null, 1));
});
