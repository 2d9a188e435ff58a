import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli } from './cli-process.ts';

/** A folder laid out as the packaged app's, with the command line of these sources and an app that says which signals reach it. */
let folder: string;
let app: string;
let cli: string;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'granary-signals-')));
  app = join(folder, 'granary');
  const place = (name: string): string => {
    const path = join(folder, 'resources', 'app.asar.unpacked', name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  cli = place('dist/cli.cjs');
  writeFileSync(place('package.json'), '{}');
  writeFileSync(place('bin/granary.cjs'), '');
  const built = await buildCli();
  copyFileSync(built.script, cli);
  built.remove();
  writeFileSync(
    app,
    `#!${process.execPath}
     for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => console.log(signal));
     process.on('SIGTERM', () => (console.log('SIGTERM'), process.exit(4)));
     setInterval(() => {}, 1000);
     console.log('open ' + process.argv.slice(2));`,
    { mode: 0o755 },
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Signals the whole group of a command, as a terminal does, each once the one before was heard of. */
async function signalled(words: readonly string[]): Promise<{ heard: string[]; code: unknown }> {
  const child = spawn(process.execPath, words, {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DISPLAY: ':0' },
  });
  const left: NodeJS.Signals[] = ['SIGINT', 'SIGHUP', 'SIGTERM'];
  const heard: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    heard.push(...String(chunk).trim().split('\n'));
    const next = left.shift();
    if (next !== undefined) process.kill(-child.pid!, next);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { heard, code };
}

describe.skipIf(process.platform === 'win32')('what a terminal tells the group of a command', () => {
  const told = { heard: ['open --x', 'SIGINT', 'SIGHUP', 'SIGTERM'], code: 4 };

  it('reaches the app of `granary app` once', async () => {
    expect(await signalled([cli, 'app', '--x'])).toEqual(told);
  });

  it('reaches the app of `npm start` once', async () => {
    const script = pathToFileURL(join(import.meta.dirname, '../../../scripts/start.mjs')).href;
    const start = `import { runApp } from '${script}'; runApp(${JSON.stringify(app)}, ['--x']);`;
    expect(await signalled(['--input-type=module', '-e', start])).toEqual(told);
  });
});
