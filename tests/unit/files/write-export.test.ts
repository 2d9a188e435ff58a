import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportRefusal, writeExport } from '../../../src-main/files/write-export.ts';

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

it('makes missing folders, writes what a link leads to, and into a pipe', () => {
  const path = join(folder, 'new', 'deep', 'table.csv');
  writeExport(path, ['a\n', Buffer.from('b\n')]);
  const link = join(folder, 'link.csv');
  symlinkSync(path, link);
  writeExport(link, 'linked');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('linked');
  const pipe = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const handle = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  writeExport(pipe, 'through');
  expect(readFileSync(handle, 'utf8')).toBe('through');
  closeSync(handle);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

it('adds to a file that standard output was led to, and takes nothing of it away', () => {
  const [script, out] = [join(folder, 'says.cjs'), join(folder, 'said.txt')];
  buildSync({
    stdin: {
      contents: `import { writeExport } from './src-main/files/write-export.ts';
        console.log('before'); writeExport('/dev/stdout', 'the export\\n'); console.log('after');`,
      resolveDir: join(import.meta.dirname, '../../..'),
    },
    ...{ outfile: script, bundle: true, platform: 'node', format: 'cjs' },
  });
  writeFileSync(out, 'from earlier\n');
  for (const flags of ['a', 'w']) {
    const handle = openSync(out, flags);
    expect(spawnSync(process.execPath, [script], { stdio: ['ignore', handle, 'inherit'] }).status).toBe(0);
    closeSync(handle);
    const all = 'before\nthe export\nafter\n';
    expect(readFileSync(out, 'utf8')).toBe(flags === 'a' ? `from earlier\n${all}` : all);
  }
});

it('ends where nobody reads any more from a pipe, and makes no more for it', () => {
  const pipe = join(folder, 'left early');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const handle = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  let made = 0;
  function* lines(): Iterable<string> {
    for (made = 1; made <= 3; made++) {
      if (made === 2) closeSync(handle);
      yield 'a line\n';
    }
  }
  writeExport(pipe, lines());
  expect(made).toBe(2);
});

it('says so of a folder in its place before anything is made, and lets errors of the making through', () => {
  let made = 0;
  function* lines(): Iterable<string> {
    made++;
    yield 'a line\n';
    throw new Error('stopped');
  }
  mkdirSync(join(folder, 'place.csv'));
  expect(() => writeExport(join(folder, 'place.csv'), lines())).toThrow('a folder has that name');
  expect(made).toBe(0);
  const before = readdirSync(folder);
  expect(() => writeExport(join(folder, 'stopped.csv'), lines())).toThrow('stopped');
  expect(readdirSync(folder)).toEqual(before);
});

it('tells the same of permissions and of a folder that is gone as of all else', () => {
  const error = (code: string): Error => Object.assign(new Error('told by the system'), { code });
  expect(exportRefusal('/a/b', error('EACCES'))).toMatchObject({
    ...{ code: 'ACCESS_DENIED', message: '/a/b cannot be written: you may not write there.' },
    fix: 'Choose another place.',
  });
  symlinkSync(join(folder, 'nothing'), join(folder, 'dangling'));
  expect(() => writeExport(join(folder, 'dangling', 'a', 'table.csv'), 'x')).toThrowError(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('a folder above it is a link to nothing') as string,
    }),
  );
  const bug = new TypeError('a bug');
  expect(exportRefusal('/a/b', bug)).toBe(bug);
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
