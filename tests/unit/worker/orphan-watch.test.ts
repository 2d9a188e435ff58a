import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProcessIdentity, identityOf, livenessOf } from '../../../src-main/files/process-identity.ts';
import { eventually } from '../scheduler/processes.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'granary-orphan-'));
  await build({
    stdin: {
      contents: `import { endWithParent } from './src-main/worker/orphan-watch.ts';
        endWithParent();
        console.log(process.pid);
        // Blocks the main thread as a native training step does: no event is heard any more.
        setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 100);`,
      resolveDir: join(import.meta.dirname, '../../..'),
      loader: 'ts',
    },
    outfile: join(folder, 'blocked.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  writeFileSync(
    join(folder, 'parent.cjs'),
    `require('node:child_process').spawn(process.execPath, [${JSON.stringify(join(folder, 'blocked.cjs'))}], { stdio: 'inherit' });
     setInterval(() => {}, 1000);`,
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a worker whose main thread is blocked in a native call', () => {
  it('lives while its parent lives, and ends soon after the parent was killed', async () => {
    const parent = spawn(process.execPath, [join(folder, 'parent.cjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const worker: ProcessIdentity = identityOf(Number(line.toString()))!;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(livenessOf(worker)).toBe('alive');
    parent.kill('SIGKILL');
    const killed = Date.now();
    await eventually(() => livenessOf(worker) === 'dead');
    expect(Date.now() - killed).toBeLessThan(10_000);
  });
});
