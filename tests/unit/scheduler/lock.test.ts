import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WorkspaceLock, describeHolder, lockHolder } from '../../../src-main/scheduler/lock.ts';
import { SchedulerProcess, buildScheduler } from './processes.ts';

let scheduler: { script: string; remove: () => void };
let workspace: string;
beforeAll(async () => {
  scheduler = await buildScheduler();
}, 60_000);
afterAll(() => scheduler.remove());
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-lock-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

describe('the lock of a workspace', () => {
  it('is held once, names its holder, and is free after release', () => {
    const lock = WorkspaceLock.acquire(workspace, 'granary queue');
    expect(lock.held).toBe(true);
    expect(lockHolder(workspace)).toMatchObject({ pid: process.pid, command: 'granary queue' });
    expect(describeHolder(lockHolder(workspace)!)).toMatch(
      new RegExp(
        `^granary queue \\(process ${process.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\)$`,
      ),
    );
    expect(() => WorkspaceLock.acquire(workspace, 'another')).toThrow(/granary queue \(process \d+, since/);
    lock.release();
    expect(lockHolder(workspace)).toBeNull();
    expect(readdirSync(workspace)).toEqual([]);
    WorkspaceLock.acquire(workspace, 'another').release();
  });

  it('is taken over at once from a process that was killed, and only by one of many', async () => {
    const holder = new SchedulerProcess(scheduler.script, workspace, '', 0);
    await holder.until((line) => line.type === 'open');
    expect(() => WorkspaceLock.acquire(workspace, 'me')).toThrow(
      expect.objectContaining({
        code: 'WORKSPACE_LOCKED',
        message: expect.stringContaining('a test (process'),
      }),
    );
    await holder.killHard();
    const heirs = Array.from({ length: 6 }, () => new SchedulerProcess(scheduler.script, workspace, '', 0));
    await Promise.all(
      heirs.map((heir) => heir.until((line) => line.type === 'open' || line.type === 'error')),
    );
    const firsts = heirs.map((heir) => heir.lines[0]!);
    expect(firsts.filter((line) => line.type === 'open')).toHaveLength(1);
    expect(firsts.filter((line) => line['code'] === 'WORKSPACE_LOCKED')).toHaveLength(5);
    await Promise.all(heirs.map((heir) => heir.killHard()));
  });

  it('stays behind in a folder that was moved: who holds the old place takes the new one, and nobody the folder by another name', () => {
    const moved = `${workspace}-moved`;
    const other = `${workspace}-link`;
    const lock = WorkspaceLock.acquire(workspace, 'granary queue');
    try {
      symlinkSync(workspace, other);
      expect(() => WorkspaceLock.acquire(other, 'granary queue')).toThrow(/granary queue \(process/);
      renameSync(workspace, moved);
      const again = WorkspaceLock.acquire(moved, 'granary queue');
      expect(again.held).toBe(true);
      lock.release();
      expect(again.held).toBe(true);
      again.release();
      expect(lockHolder(moved)).toBeNull();
    } finally {
      lock.release();
      for (const path of [moved, other]) rmSync(path, { recursive: true, force: true });
    }
  });

  it('is not taken over by the pid alone: a later process with that pid is not the holder', () => {
    const lock = WorkspaceLock.acquire(workspace, 'granary queue');
    const path = join(workspace, 'scheduler.lock');
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...file, startTime: '5' }));
    expect(lockHolder(workspace)).toBeNull();
    const next = WorkspaceLock.acquire(workspace, 'another');
    expect(next.held).toBe(true);
    expect(lock.held).toBe(false);
    lock.release();
    expect(next.held).toBe(true);
    next.release();
  });

  it('of another machine holds while its heartbeat is fresh', () => {
    WorkspaceLock.acquire(workspace, 'granary queue');
    const path = join(workspace, 'scheduler.lock');
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...file, place: 'another machine' }));
    expect(() => WorkspaceLock.acquire(workspace, 'me')).toThrow(/has the workspace .* open/);
    const old = new Date(Date.now() - 120_000);
    utimesSync(path, old, old);
    WorkspaceLock.acquire(workspace, 'me').release();
  });

  it('does not keep a workspace shut when its file is damaged', () => {
    writeFileSync(join(workspace, 'scheduler.lock'), '{"pid":');
    WorkspaceLock.acquire(workspace, 'me').release();
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('says so when the workspace cannot be a folder', () => {
    writeFileSync(join(workspace, 'file'), '');
    expect(() => WorkspaceLock.acquire(join(workspace, 'file'), 'me')).toThrow(
      expect.objectContaining({ code: 'WORKSPACE_INVALID' }),
    );
  });
});
