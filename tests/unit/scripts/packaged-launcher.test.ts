import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A folder with a blank in its name, laid out as the packaged app's, with this Node in it and a command line that says how it was called. */
let folder: string;
let launcher: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'granary launcher-')));
  for (const name of ['bin', 'resources/node', 'resources/app.asar.unpacked/bin'])
    mkdirSync(join(folder, name), { recursive: true });
  launcher = join(folder, 'bin', 'granary');
  copyFileSync(join(import.meta.dirname, '../../../scripts/package/granary.sh'), launcher);
  symlinkSync(process.execPath, join(folder, 'resources/node/node'));
  writeFileSync(
    join(folder, 'resources/app.asar.unpacked/bin/granary.cjs'),
    `const [, script, ...words] = process.argv;
     if (words[0] === 'wait') process.on('SIGTERM', () => process.exit(7)), setInterval(() => {}, 1000);
     else process.exitCode = 3;
     console.log(JSON.stringify({ script, words, cwd: process.cwd(), pid: process.pid, options: process.env.NODE_OPTIONS }));`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.platform === 'win32')("the packaged command line's launcher", () => {
  it('hands words, working folder and exit code on, also through a chain of links', () => {
    const link = join(folder, 'a link');
    symlinkSync(launcher, join(folder, 'first'));
    symlinkSync('first', link);
    for (const program of [launcher, link]) {
      const run = spawnSync(program, ['a b', '', '*', '--x="y"'], {
        ...{ cwd: tmpdir(), encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '--no-such-option' } },
      });
      expect(run.stderr).toBe('');
      expect(run.status).toBe(3);
      expect(JSON.parse(run.stdout)).toMatchObject({
        script: join(folder, 'resources/app.asar.unpacked/bin/granary.cjs'),
        words: ['a b', '', '*', '--x="y"'],
        cwd: realpathSync(tmpdir()),
      });
      expect(JSON.parse(run.stdout)).not.toHaveProperty('options');
    }
  });

  it('is Node itself from then on, so that signals reach it', async () => {
    const child = spawn(launcher, ['wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await new Promise<unknown[]>((resolve) =>
      child.stdout.once('data', (...words) => resolve(words)),
    )) as [Buffer];
    expect((JSON.parse(String(said)) as { pid: number }).pid).toBe(child.pid);
    const code = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    expect(await code).toBe(7);
  });
});
