// A night's grid under a limit that the system sets on each worker (`prlimit --data`), so tight that no run fits at accumulation 1:
// 6 architectures × 2 resize methods × 2 sizes, and the table of how each got through.
//
//   node tests/bench/night-memory.mjs --dataset SAMPLE --limit 700MB [--sizes 64,96 --batch 64 --plan]
//
// Without --plan each run starts at accumulation 1 and gets through by recovery alone: the allocation fails, the next process has
// twice the accumulation. With it the planner chooses before the launch, and recovery is for what it misjudges. SAMPLE: a dataset
// drawn by `granary sample` (60 pictures are one step an epoch). Prints a table, and one JSON object with --json. The true
// peak is the highest data segment (VmData, what the limit counts) of the process that finished, looked at 20 times a second.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    dataset: { type: 'string' },
    limit: { type: 'string' },
    sizes: { type: 'string', default: '64,96' },
    batch: { type: 'string', default: '64' },
    archs: {
      type: 'string',
      default: 'resnet18,resnet26d,tf_efficientnet_lite0,mobilenetv3_large_100,convnext_atto,convnextv2_atto',
    },
    plan: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
if (options.dataset === undefined || options.limit === undefined)
  throw new Error('Usage: night-memory.mjs --dataset SAMPLE --limit AMOUNT');
const here = dirname(fileURLToPath(import.meta.url));
const granary = process.env.GRANARY ?? join(here, '..', '..', 'bin', 'granary.cjs');
const workspace = mkdtempSync(join(tmpdir(), 'granary-night-'));

const grid = [
  '--arch',
  options.archs,
  '--resize',
  'squish,crop',
  '--size',
  options.sizes,
  '--batch-size',
  options.batch,
];
const settings = ['--weights', 'none', '--epochs', '1', '--frozen-epochs', '0', '--tta', '0', '--seed', '1'];
const accumulation = options.plan ? ['--accum', 'auto'] : ['--accum', '1'];
const began = Date.now();
const child = spawn(
  process.execPath,
  [
    granary,
    'queue',
    options.dataset,
    ...grid,
    ...settings,
    ...accumulation,
    '--json',
    '--workspace',
    workspace,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, GRANARY_WORKER_MEMORY: options.limit } },
);
/** Highest VmData of each run's latest process, in MiB. */
const peaks = new Map();
let current = null;
const watch = setInterval(() => {
  if (current === null) return;
  try {
    const { pid } = JSON.parse(readFileSync(join(workspace, 'runs', current, 'worker.json'), 'utf8'));
    const data = Number(/VmData:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
    const before = peaks.get(current);
    peaks.set(current, before?.pid === pid ? { pid, mb: Math.max(before.mb, data) } : { pid, mb: data });
  } catch {
    // Not begun, or gone.
  }
}, 50);
let result = null;
createInterface({ input: child.stdout }).on('line', (text) => {
  const line = JSON.parse(text);
  if (line.type === 'run-started') current = line.runId;
  if (line.type === 'result') result = line;
  if (line.type === 'error') console.error(line.message);
  if (line.type === 'epoch') console.error(`${Math.round((Date.now() - began) / 1000)} s: ${line.runId}`);
});
// What has finished is told, also when somebody has no more patience.
process.on('SIGINT', () => child.kill('SIGINT'));
await new Promise((resolve) => child.on('close', resolve));
clearInterval(watch);

const rows = readdirSync(join(workspace, 'runs')).map((id) => {
  const folder = join(workspace, 'runs', id);
  const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const { attempts } = read('attempts.json');
  const header = read('config.json');
  const last = attempts.at(-1);
  const plan = attempts.at(-1).memory;
  return {
    run: header.name,
    state: last.outcome,
    batch: last.microBatch * last.accum,
    micro: last.microBatch,
    accum: last.accum,
    predicted: plan?.predictedMb ?? null,
    probed: plan?.probedMb ?? null,
    peakData: peaks.get(id)?.mb ?? null,
    peakRss: last.peakRssMb,
    retries: attempts.length - 1,
    messages: attempts.map(({ outcome, message }) => `${outcome}: ${message}`),
  };
});
const mb = (value) => (value === null ? '–' : String(Math.round(value)));
const seconds = Math.round((Date.now() - began) / 1000);
if (options.json) console.log(JSON.stringify({ limit: options.limit, seconds, rows, result }));
else {
  console.log(
    '| run | ended | batch = micro × accum | predicted | probed | true peak (data) | resident | retries |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const row of rows)
    console.log(
      `| ${row.run} | ${row.state} | ${row.batch} = ${row.micro} × ${row.accum} | ${mb(row.predicted)} | ${mb(row.probed)} | ${mb(row.peakData)} | ${mb(row.peakRss)} | ${row.retries} |`,
    );
  const finished = rows.filter((row) => row.state === 'finished').length;
  console.log(
    `\n${finished} of ${result?.total ?? rows.length} finished under ${options.limit}, in ${seconds} s.`,
  );
}
if (options.keep) console.error(workspace);
else rmSync(workspace, { recursive: true, force: true });
