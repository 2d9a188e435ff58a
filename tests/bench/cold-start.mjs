import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { electronExecutable, electronSwitches } from '../../scripts/electron.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { withDisplay } from '../../scripts/xvfb.mjs';
import { writeRuns } from '../support/example-workspace.mjs';

/**
 * How long the app takes from the start of its process until its first view is drawn and answers: the median of several starts,
 * with a workspace that is empty and with one of many runs. Before each of the `cold` ones the system is asked to forget the
 * files of Electron and of the app (`dd iflag=nocache`), as after the machine was switched on; the very first start of each
 * workspace also fills the app's own caches.
 *   node tests/bench/cold-start.mjs [starts=7] [runs=500] [epochs=200]
 */
const [starts = 7, runs = 500, epochs = 200] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'granary-bench-'));
try {
  await withDisplay(async (environment) => {
    await measure(environment, 'empty workspace', join(folder, 'empty'));
    const full = join(folder, 'full');
    writeRuns(full, { runs, epochs, predictions: false });
    await measure(environment, `${runs} runs of ${epochs} epochs`, full);
    await measure(environment, `${runs} runs of ${epochs} epochs, cold`, full, forget);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(environment, name, workspace, before = () => undefined) {
  const times = [];
  for (let turn = 0; turn <= starts; turn += 1) {
    before(workspace);
    times.push(await start(environment, workspace));
  }
  const [first, ...later] = times;
  const median = (key) => later.map((time) => time[key]).sort((a, b) => a - b)[Math.floor(later.length / 2)];
  const stages = ['script', 'loaded', 'ready', 'window', 'page', 'painted']
    .map((key) => `${key} ${median(key)}`)
    .join(', ');
  const all = later.map(({ usable }) => usable).join(', ');
  console.log(
    `${name}: usable after ${median('usable')} ms (median of ${all}; the very first start ${first.usable} ms); ${stages}`,
  );
}

/** Drops what the system remembers of the files that a start reads. */
function forget(workspace) {
  const folders = [dirname(electronExecutable()), join(root, 'dist'), workspace];
  const files = folders.flatMap((from) =>
    readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  execFileSync('xargs', ['-0', '-I', '{}', 'dd', 'if={}', 'iflag=nocache', 'count=0', 'status=none'], {
    input: files.join('\0'),
  });
}

/** Milliseconds from the start of the process to each stage. */
async function start(environment, workspace) {
  const began = Date.now();
  const child = spawn(
    electronExecutable(),
    [...(await electronSwitches()), join(root, 'tests', 'bench', 'support', 'cold-entry.cjs')],
    {
      env: {
        ...environment,
        GRANARY_NODE: process.execPath,
        GRANARY_WORKSPACE: workspace,
        GRANARY_USER_DATA: `${workspace}-preferences`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  let words = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (words = (words + chunk).slice(-2000)));
  const [code] = await once(child, 'close');
  const line = said.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`The app ended with code ${code} and told no times. ${words}`);
  return Object.fromEntries(
    Object.entries(JSON.parse(line)).map(([stage, time]) => [stage, Math.round(time - began)]),
  );
}
