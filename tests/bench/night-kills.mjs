// Kills a queue's workers and its scheduler with -9 at random moments, again and again, and checks after each that nothing is lost.
//
//   node tests/bench/night-kills.mjs --dataset SAMPLE [--kills 200 --seed 1 --arch tf_efficientnet_lite0 --size 32 --epochs 6]
//
// After each kill of the scheduler and at the end of each queue: every run folder can be read, every epoch that was told as
// finished is there and in order, and a run goes on from its last checkpoint (one an epoch: at most an epoch's steps are
// done twice). Prints one JSON object. GRANARY: another bin/granary.cjs to run.
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
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    arch: { type: 'string', default: 'tf_efficientnet_lite0' },
    size: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '6' },
    /** Seconds to the first epoch, as a first guess. */
    first: { type: 'string', default: '8' },
  },
});
if (options.dataset === undefined) throw new Error('Usage: night-kills.mjs --dataset SAMPLE');
const here = dirname(fileURLToPath(import.meta.url));
const granary = process.env.GRANARY ?? join(here, '..', '..', 'bin', 'granary.cjs');
const workspace = mkdtempSync(join(tmpdir(), 'granary-kills-'));
const wanted = Number(options.kills);

let state = Number(options.seed);
/** From 0 to 1; a linear congruential generator (Numerical Recipes), so that a sequence of kills can be repeated. */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const told = new Map(); // run → { epochs, step, stepsPerEpoch }
const tally = {
  worker: 0,
  scheduler: 0,
  queues: 0,
  finished: 0,
  retried: 0,
  resumed: 0,
  afresh: 0,
  mostRepeated: 0,
};
const problems = [];
let firstEpochSeconds = Number(options.first);

function start(args) {
  const child = spawn(process.execPath, [granary, ...args, '--json', '--workspace', workspace], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const began = Date.now();
  let seen = false;
  child.words = '';
  child.stderr.on('data', (chunk) => (child.words = (child.words + chunk).slice(-2000)));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text);
    child.last = line;
    hear(line);
    if (line.type !== 'epoch' || seen) return;
    seen = true;
    firstEpochSeconds += 0.2 * ((Date.now() - began) / 1000 - firstEpochSeconds);
  });
  child.ended = new Promise((resolve) => child.on('close', resolve));
  return child;
}

function hear(line) {
  const { runId } = line;
  if (line.type === 'run-started') {
    const before = told.get(runId) ?? { epochs: 0, step: 0 };
    const from = line.resumed?.step ?? 0;
    const { stepsPerEpoch } = line.header;
    const repeated = Math.max(0, before.step - from);
    tally.mostRepeated = Math.max(tally.mostRepeated, repeated / stepsPerEpoch);
    if (repeated > stepsPerEpoch)
      problems.push(`${runId} went ${repeated} steps back, of ${stepsPerEpoch} an epoch`);
    if ((line.resumed?.epoch ?? 0) < before.epochs)
      problems.push(
        `${runId} forgot an epoch: ${before.epochs} were told, it goes on after ${line.resumed?.epoch ?? 0}`,
      );
    if (line.resumed == null) tally.afresh += 1;
    else tally.resumed += 1;
    told.set(runId, { ...before, step: from });
  } else if (line.type === 'step') {
    const run = told.get(runId);
    run.step = Math.max(run.step, line.step);
  } else if (line.type === 'epoch') told.get(runId).epochs = line.log.epoch;
}

function workerPid() {
  for (const id of safeList(join(workspace, 'runs'))) {
    try {
      const { pid } = JSON.parse(readFileSync(join(workspace, 'runs', id, 'worker.json'), 'utf8'));
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker')) return pid;
    } catch {
      // Not begun, or gone.
    }
  }
  return null;
}

const safeList = (folder) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Every run as the CLI reads it, and what was told of it. */
async function check() {
  const listing = start(['runs', '--json']);
  await listing.ended;
  if (listing.last?.type === 'error') problems.push(`runs: ${listing.last.message}`);
  for (const [runId, { epochs }] of told) {
    const folder = join(workspace, 'runs', runId);
    try {
      JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
      const lines = readFileSync(join(folder, 'epochs.jsonl'), 'utf8').split('\n').slice(0, -1);
      lines.forEach((text, index) => {
        if (JSON.parse(text).epoch !== index + 1)
          problems.push(`${runId}: line ${index + 1} is of another epoch`);
      });
      if (lines.length < epochs)
        problems.push(`${runId}: ${epochs} epochs were told, ${lines.length} are there`);
    } catch (error) {
      if (epochs > 0) problems.push(`${runId}: ${error.message}`);
    }
  }
  try {
    JSON.parse(readFileSync(join(workspace, 'queue.json'), 'utf8'));
  } catch (error) {
    // Killed before anything was queued.
    if (error.code !== 'ENOENT' || told.size > 0) problems.push(`queue.json: ${error.message}`);
  }
  if (safeList(workspace).some((name) => name.includes('damaged')))
    problems.push('queue.json was put aside as damaged');
}

let next = null; // arguments of the next process
const fresh = () => {
  tally.queues += 1;
  const grid = [
    '--arch',
    options.arch,
    '--resize',
    'squish,crop',
    '--size',
    options.size,
    '--epochs',
    options.epochs,
  ];
  const settings = ['--frozen-epochs', '0', '--weights', 'none', '--batch-size', '8', '--tta', '0'];
  return [
    'queue',
    options.dataset,
    ...grid,
    ...settings,
    '--seed',
    String(tally.queues),
    '--checkpoint-minutes',
    '0',
  ];
};
const began = Date.now();
let kills = 0;
while (kills < wanted && problems.length === 0) {
  next ??= fresh();
  const child = start(next);
  let over = false;
  child.ended.then(() => (over = true));
  while (!over && kills < wanted) {
    await Promise.race([wait(firstEpochSeconds * (0.1 + 1.9 * random())), child.ended]);
    if (over) break;
    const pid = random() < 0.5 ? workerPid() : null;
    try {
      process.kill(pid ?? child.pid, 'SIGKILL');
    } catch {
      continue;
    }
    kills += 1;
    tally[pid === null ? 'scheduler' : 'worker'] += 1;
    if (kills % 10 === 0) console.error(`${kills} kills, ${JSON.stringify(tally)}`);
    if (pid === null) break;
  }
  await child.ended;
  await check();
  const result = child.last?.type === 'result' ? child.last : null;
  const failed = (result?.runs ?? []).filter((run) => run.state === 'failed');
  if (result !== null) tally.finished += result.finished;
  // Given up after four kills in a row without a new checkpoint: a person would say `retry`.
  for (const { run } of failed) {
    tally.retried += 1;
    await start(['queue', 'retry', run]).ended;
  }
  if (child.last?.type === 'error' && child.last.code !== 'USAGE') problems.push(JSON.stringify(child.last));
  // What has ended, or never came to be queued, makes room for another queue; the rest goes on.
  const done = failed.length === 0 && (result !== null || child.last?.type === 'error');
  next = done ? null : ['queue', '--resume'];
}
// What is left goes on to its end, undisturbed.
const rest = start(['queue', '--resume']);
await rest.ended;
await check();
if (rest.last?.type === 'result') tally.finished += rest.last.finished;
const seconds = Math.round((Date.now() - began) / 1000);
console.log(JSON.stringify({ kills, ...tally, runs: told.size, problems, seconds }, null, 2));
rmSync(workspace, { recursive: true, force: true });
process.exitCode = problems.length === 0 ? 0 : 1;
