import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toErrorPayload } from '../../../shared/errors.ts';
import { makeFolder } from '../../../src-main/files/make-folder.ts';
import { WorkspaceLock } from '../../../src-main/scheduler/lock.ts';
import { buildCli, granary } from '../cli/cli-process.ts';

const disk = mkdtempSync(join(tmpdir(), 'granary-refusal-'));
const mount = (...words: string[]): boolean => spawnSync('mount', [...words, disk]).status === 0;
/** Only root may make a disk. */
const mounted = process.platform === 'linux' && mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs');
afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** What the file system throws when it is asked for this. */
function refused(action: () => void): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was refused.');
}

describe('a refusal of the file system', () => {
  it('of permission says what cannot be used and what to do', () => {
    const error = Object.assign(new Error('EACCES: permission denied, open'), {
      ...{ code: 'EACCES', syscall: 'open', path: '/srv/granary/queue.json' },
    });
    expect(toErrorPayload(error)).toMatchObject({
      code: 'ACCESS_DENIED',
      message: 'The system does not let this user use /srv/granary/queue.json (EACCES).',
      fix: expect.stringContaining('--workspace'),
    });
  });

  it('of a folder below one that is gone says so, and nothing of permissions', () => {
    const gone = toErrorPayload(refused(() => mkdirSync(join(disk, 'none', 'folder'))));
    expect(gone).toMatchObject({ code: 'FOLDER_NOT_FOUND', fix: expect.stringContaining('Bring back') });
    expect(gone.message).toContain(join(disk, 'none', 'folder'));
    symlinkSync(join(disk, 'none'), join(disk, 'link'));
    const below = toErrorPayload(refused(() => makeFolder(join(disk, 'link', 'a', 'b'))));
    expect(below).toMatchObject({
      code: 'FOLDER_NOT_FOUND',
      message: expect.stringContaining('link to nothing'),
    });
    rmSync(join(disk, 'link'));
  });

  it('of a folder in whose place a file stands says that, whoever wanted it', () => {
    const file = join(disk, 'file');
    writeFileSync(file, 'x');
    for (const place of [file, join(file, 'a', 'b')]) {
      const taken = toErrorPayload(refused(() => makeFolder(place)));
      expect(taken).toMatchObject({
        code: 'FOLDER_NOT_FOUND',
        fix: expect.stringContaining('Move that file'),
      });
      expect(() => WorkspaceLock.acquire(place, 'a test')).toThrowError(
        `The workspace ${place} cannot be written: it is a file, or lies below one.`,
      );
    }
    rmSync(file);
  });

  it.runIf(process.platform === 'linux')(
    'comes back from below /proc, where Node alone goes on for ever',
    () => {
      expect(toErrorPayload(refused(() => makeFolder('/proc/granary/a/b'))).code).toBe('FOLDER_NOT_FOUND');
    },
  );

  it('is not made of other errors', () => {
    const missing = refused(() => writeFileSync(join(disk, 'none', 'file'), 'x'));
    expect(toErrorPayload(missing).code).toBe('INTERNAL');
    const signal = Object.assign(new Error('kill EPERM'), { code: 'EPERM', syscall: 'kill' });
    expect(toErrorPayload(signal)).toMatchObject({ code: 'INTERNAL', message: 'kill EPERM' });
  });

  it.skipIf(!mounted)('of a full disk, and of a read-only one, is no bug for anybody', async () => {
    const big = join(disk, 'big');
    const full = toErrorPayload(refused(() => writeFileSync(big, Buffer.alloc(4 << 20))));
    expect(full).toMatchObject({ code: 'NO_SPACE', fix: expect.stringContaining('Make room') });
    rmSync(big);
    const workspace = join(disk, 'workspace');
    mkdirSync(workspace);
    expect(mount('-o', 'remount,ro')).toBe(true);
    const below = toErrorPayload(refused(() => makeFolder(join(disk, 'a', 'b'))));
    expect(below.code).toBe('ACCESS_DENIED');
    const cli = await buildCli();
    try {
      const asked = await granary(cli.script, ['settings', '--margin', '10%'], workspace);
      expect(asked.code).toBe(1);
      expect(asked.err).toMatch(/^ACCESS_DENIED: .*workspace.* cannot be written: its disk is read-only/);
      expect(asked.err).not.toContain('bug');
      const paused = await granary(cli.script, ['queue', 'clear'], workspace);
      expect(paused.err).toContain(`The workspace ${workspace} cannot be written: its disk is read-only.`);
    } finally {
      cli.remove();
    }
  });
});
