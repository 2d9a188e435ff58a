import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeExport } from '../../../src-main/files/write-export.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'granary-export-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes the file, over one that was there', () => {
  const path = join(folder, 'table.csv');
  writeExport(path, 'old');
  writeExport(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
});

it('says why a file cannot be there, and leaves nothing behind', () => {
  mkdirSync(join(folder, 'taken.csv'));
  writeFileSync(join(folder, 'file'), 'x');
  const before = readdirSync(folder);
  const attempt = (...parts: string[]) => {
    return () => writeExport(join(folder, ...parts), 'x');
  };
  expect(attempt('taken.csv')).toThrowError(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('a folder has that name') as string,
    }),
  );
  expect(attempt('file', 'below.csv')).toThrowError(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('is a file and no folder') as string,
    }),
  );
  expect(attempt(`${'long'.repeat(100)}.csv`)).toThrowError(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('name is too long') as string,
    }),
  );
  expect(readdirSync(folder)).toEqual(before);
});

// Only root may make a disk.
const disk = mkdtempSync(join(tmpdir(), 'granary-full-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});
it.runIf(mounted)('tells of a full disk, and leaves nothing of the file there', () => {
  expect(() => writeExport(join(disk, 'table.csv'), 'x'.repeat(200_000))).toThrowError(
    expect.objectContaining({ code: 'NO_SPACE', message: expect.stringContaining('table.csv') as string }),
  );
  expect(readdirSync(disk)).toEqual([]);
});
