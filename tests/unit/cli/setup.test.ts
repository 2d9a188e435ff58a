import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCli, granary } from './cli-process.ts';

it("a checkout's set-up that fails is told as that with --json, not by the record of an earlier one", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'granary-setup-'));
  const cli = await buildCli();
  try {
    // No cache can be made below a file: set-up ends there, before it changes anything.
    writeFileSync(join(folder, 'file'), '');
    const cache = `GRANARY_CACHE=${join(folder, 'file', 'cache')}`;
    const { code, out, err } = await granary(cli.script, ['setup', '--json'], folder, ['env', cache]);
    expect(err).toContain('NATIVE_BROKEN: The cache folder');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ type: 'error', code: 'NATIVE_BROKEN' });
  } finally {
    cli.remove();
    rmSync(folder, { recursive: true });
  }
});
