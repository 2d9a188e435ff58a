import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pipEnvironment } from '../../../scripts/setup/python.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-python-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === 'win32')('the pip that fetches', () => {
  /** A Python that has pip where the shell's test holds. */
  const python = (test: string): void => {
    const path = join(folder, 'python3');
    writeFileSync(path, `#!/bin/sh\n[ "$1 $2" = '-m pip' ] && ${test}\n`, { mode: 0o755 });
    vi.stubEnv('GRANARY_PYTHON', path);
  };

  it("is Python's own where there is one", async () => {
    python('[ -z "$PYTHONPATH" ]');
    vi.stubEnv('PYTHONPATH', '');
    expect(await pipEnvironment(folder)).toBe(process.env);
  });

  it('is the wheel that Debian keeps for virtual environments, else', async () => {
    python('[ -f "$PYTHONPATH" ]');
    vi.stubEnv('PYTHONPATH', '');
    expect(await pipEnvironment(folder)).toBeUndefined();
    expect(await pipEnvironment(join(folder, 'none'))).toBeUndefined();
    const wheel = join(folder, 'pip-23.0.1-py3-none-any.whl');
    writeFileSync(wheel, '');
    expect((await pipEnvironment(folder))?.['PYTHONPATH']).toBe(wheel);
    python('false');
    expect(await pipEnvironment(folder)).toBeUndefined();
  });
});

describe("the packaged app's set-up", () => {
  const setUp = (cache: string): unknown => {
    const script = join(import.meta.dirname, '../../../scripts/setup/app.mjs');
    const run = spawnSync(process.execPath, [script, '--offline'], {
      ...{ encoding: 'utf8', env: { ...process.env, GRANARY_CACHE: cache } },
    });
    expect(run.status).toBe(1);
    return JSON.parse(run.stdout.trim().split('\n').at(-1)!);
  };

  it('fetches nothing where it is told so, and says what is missing', () => {
    expect(setUp(join(folder, 'empty'))).toEqual({
      error: { code: 'NATIVE_MISSING', message: expect.stringContaining('tensorflow-'), fix: 'Run set-up.' },
    });
  });

  it('says in a code and in words what nobody foresaw', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(setUp(join(folder, 'file'))).toMatchObject({ error: { code: 'NATIVE_BROKEN' } });
  });
});
