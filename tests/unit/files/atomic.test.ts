import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAll, writeFileAtomic, writeJsonAtomic } from '../../../src-main/files/atomic.ts';
import { identityOf, livenessOf } from '../../../src-main/files/process-identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeAll', () => {
  // Node refuses 2 GiB at once, which ended runs of convnext_large at their first checkpoint.
  it('writes in pieces, whole and in order', () => {
    const path = join(folder, 'pieces');
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    const handle = openSync(path, 'w');
    writeAll(handle, bytes, 7);
    closeSync(handle);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
  });
});

describe('writeFileAtomic', () => {
  it('makes folders, replaces content and leaves nothing beside it', () => {
    const path = join(folder, 'a', 'b', 'file.json');
    writeFileAtomic(path, 'first');
    writeJsonAtomic(path, { second: true });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ second: true });
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.json']);
  });

  it('leaves no temporary file when it fails', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    expect(() => writeFileAtomic(path, 'text')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('livenessOf', () => {
  it('knows a process that lives from one that was killed, and from a later one with its pid', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const identity = identityOf(child.pid)!;
    expect(livenessOf(identity)).toBe('alive');
    expect(livenessOf({ ...identity, startTime: '12' })).toBe('dead');
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(livenessOf(identity)).toBe('dead');
    expect(identityOf(child.pid)).toBeNull();
  });

  it('does not judge processes of another machine, but knows that an earlier boot is over', () => {
    const identity = identityOf()!;
    expect(livenessOf({ ...identity, place: 'another machine' })).toBe('elsewhere');
    const [host] = identity.place.split(' ');
    expect(livenessOf({ ...identity, place: `${host} earlier-boot pid:[1]` })).toBe('dead');
  });
});
