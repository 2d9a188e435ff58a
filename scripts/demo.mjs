// The main job from nothing: set-up, sample dataset, a grid of runs, ensemble, submission, score, report. Everything it
// makes lies in ./demo; running it again goes on in the same workspace with new runs.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportFailure } from './setup/errors.mjs';
import { setUp } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'demo');
const dataset = join(folder, 'dataset');
const workspace = join(folder, 'workspace');
const answers = join(dataset, 'answers', 'test_labels.csv');

/** Runs one `granary` command as a user would; ends the demo with its code when it fails. */
function granary(args, { quiet = false } = {}) {
  if (!quiet)
    console.log(
      `\n$ granary ${args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg)).join(' ')}`,
    );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'bin', 'granary.cjs'), ...args], {
      cwd: root,
      stdio: ['inherit', quiet ? 'pipe' : 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else process.exit(code ?? 1);
    });
  });
}

/** Ids of the finished runs, as `granary runs --json` tells them. */
async function finishedRuns() {
  const lines = await granary(['runs', '--workspace', workspace, '--json'], { quiet: true });
  const runs = lines
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => JSON.parse(line));
  return runs.filter((run) => run.state === 'finished').map((run) => run.run);
}

async function demo() {
  await setUp({ app: 'none' });
  const started = Date.now();
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(dataset, 'train.csv'))) await granary(['sample', dataset]);
  await granary(['inspect', dataset, '--workspace', workspace]);
  const before = new Set(await finishedRuns());
  await granary(['queue', dataset, '--grid', join(root, 'assets/grids/demo.yaml'), '--workspace', workspace]);
  const runs = (await finishedRuns()).filter((id) => !before.has(id));
  const submission = join(folder, 'submission.csv');
  await granary(['ensemble', ...runs, '--workspace', workspace, '--out', submission]);
  await granary(['score', submission, answers]);
  const report = [
    'report',
    '--workspace',
    workspace,
    '--answers',
    answers,
    '--title',
    'Granary demo: rice leaves',
  ];
  await granary([...report, '--out', join(folder, 'report.html')]);
  console.log(
    `\nDone in ${((Date.now() - started) / 60_000).toFixed(1)} minutes. Open demo/report.html, or \`npm start\`.`,
  );
}

demo().catch(reportFailure);
