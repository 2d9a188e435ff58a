import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportFailure } from './setup/errors.mjs';
import { root } from './setup/paths.mjs';
import { setUp } from './setup.mjs';
import { countPlaywright, countVitest } from './test-counts.mjs';
import { tellFailures } from './test-failures.mjs';
import { withDisplay } from './xvfb.mjs';

/**
 * Everything that must hold before a change is handed in: set-up and build, types, lint, imports and format, unit tests, and
 * the real app under Xvfb. All of it runs even when a part fails; the last line sums the tests up.
 */
async function test() {
  await setUp({ app: 'required', display: true });
  const results = join(root, 'test-results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });

  const failures = [];
  if ((await run('npm', ['run', '--silent', 'check'])) !== 0) failures.push('npm run check');

  const unitFile = join(results, 'vitest.json');
  const unitArguments = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitFile}`];
  if ((await run(bin('vitest'), unitArguments)) !== 0) failures.push('unit tests');
  const unitReport = readJson(unitFile);
  const unit = countVitest(unitReport);

  const endFile = join(results, 'playwright.json');
  const endCode = await withDisplay((environment) =>
    run(bin('playwright'), ['test', '-c', 'tests/e2e/playwright.config.ts', '--reporter=list,json'], {
      ...environment,
      PLAYWRIGHT_JSON_OUTPUT_NAME: endFile,
    }),
  );
  if (endCode !== 0) failures.push('end-to-end tests');
  const endReport = readJson(endFile);
  const end = countPlaywright(endReport);

  const failed = unit.failed + end.failed;
  const told = tellFailures(unitReport, endReport);
  if (told !== '') console.log(`\n${told}`);
  if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}.`);
  process.exitCode = failures.length > 0 || failed > 0 ? 1 : 0;
  console.log(`${unit.passed + end.passed} passed, ${failed} failed`);
}

function bin(name) {
  return join(root, 'node_modules', '.bin', name);
}

function run(command, args, env = process.env) {
  console.log(`\n$ ${command.startsWith(root) ? command.slice(root.length + 1) : command} ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // The runner died before it wrote its report.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) test().catch(reportFailure);
