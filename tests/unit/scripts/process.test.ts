import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const script = pathToFileURL(join(import.meta.dirname, '../../../scripts/setup/process.mjs')).href;

it("a program that a script of set-up runs is ended with the script, as by the script's signal", async () => {
  const program = 'console.log("runs"); setInterval(() => {}, 1000)';
  const child = spawn(
    process.execPath,
    [
      ...['--input-type=module', '-e'],
      `import { runProgram } from '${script}';
       await runProgram(process.execPath, ['-e', ${JSON.stringify(program)}], { inherit: true });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child.stdout.once('data', () => child.kill('SIGTERM'));
  // Its output is closed once the program that has it, too, is gone.
  const end = await new Promise((resolve) => child.once('close', (...how) => resolve(how)));
  expect(end).toEqual([null, 'SIGTERM']);
});
