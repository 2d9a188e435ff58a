import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSpace, findPart, providePart, writeRecord } from '../../../scripts/setup/parts.mjs';

let cache = '';
const native = (...names: string[]): string => join(cache, 'native', ...names);
const fill = async (folder: string): Promise<object> => {
  writeFileSync(join(folder, 'library'), 'content');
  return { version: '1' };
};

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'granary-parts-'));
  process.env['GRANARY_CACHE'] = cache;
});
afterEach(() => {
  delete process.env['GRANARY_CACHE'];
  rmSync(cache, { recursive: true });
});

describe('a part of the cache', () => {
  it('is made once, and then found', async () => {
    let made = 0;
    const make = (folder: string): Promise<object> => {
      made += 1;
      return fill(folder);
    };
    expect(findPart('thing-1')).toBeUndefined();
    const folder = await providePart('thing-1', 10, make);
    expect(await providePart('thing-1', 10, make)).toBe(folder);
    expect(made).toBe(1);
    expect(findPart('thing-1')).toBe(native('thing-1'));
    expect(JSON.parse(readFileSync(join(folder, 'granary-part.json'), 'utf8'))).toEqual({
      name: 'thing-1',
      version: '1',
    });
    expect(readdirSync(native())).toEqual(['thing-1']);
  });

  it('is made by one of two that want it at once; the other waits for it', async () => {
    let made = 0;
    const make = async (folder: string): Promise<object> => {
      made += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return fill(folder);
    };
    const folders = await Promise.all([providePart('thing-1', 10, make), providePart('thing-1', 10, make)]);
    expect(new Set(folders)).toEqual(new Set([native('thing-1')]));
    expect(made).toBe(1);
  });

  it('leaves nothing when making it fails, and can be made after that', async () => {
    const broken = async (folder: string): Promise<object> => {
      writeFileSync(join(folder, 'half'), '');
      throw new Error('broken pipe');
    };
    await expect(providePart('thing-1', 10, broken)).rejects.toThrow('broken pipe');
    expect(readdirSync(native())).toEqual([]);
    await providePart('thing-1', 10, fill);
    expect(findPart('thing-1')).toBeDefined();
  });

  it('clears away what a killed set-up left, takes over its lock, and keeps its downloads for the next try', async () => {
    mkdirSync(native('thing-1.partial-99999'), { recursive: true });
    mkdirSync(native('thing-1')); // No manifest: not whole.
    mkdirSync(native('downloads', 'thing-1'), { recursive: true });
    writeFileSync(native('downloads', 'thing-1', 'whole.whl'), 'wheel');
    mkdirSync(native('thing-1.lock'));
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(native('thing-1.lock'), longAgo, longAgo);

    let seen = '';
    await providePart('thing-1', 10, async (folder: string, downloads: string) => {
      seen = readFileSync(join(downloads, 'whole.whl'), 'utf8');
      return fill(folder);
    });
    expect(seen).toBe('wheel');
    expect(readdirSync(native()).sort()).toEqual(['downloads', 'thing-1']);
    expect(existsSync(native('downloads', 'thing-1'))).toBe(false);
  });

  it('is not begun without the room for it', async () => {
    let made = false;
    const make = async (): Promise<object> => {
      made = true;
      return {};
    };
    await expect(providePart('thing-1', 1e18, make)).rejects.toMatchObject({
      code: 'NO_SPACE',
      fix: expect.stringContaining('GRANARY_CACHE'),
    });
    expect(made).toBe(false);
    await expect(checkSpace(cache, 1)).resolves.toBeUndefined();
  });

  it('says NO_SPACE when the disk runs full in the middle', async () => {
    const full = async (): Promise<object> => {
      throw Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    };
    await expect(providePart('thing-1', 10, full)).rejects.toMatchObject({ code: 'NO_SPACE' });
  });

  it('says so when the cache folder cannot be made', async () => {
    const file = join(cache, 'file');
    writeFileSync(file, '');
    process.env['GRANARY_CACHE'] = file;
    await expect(providePart('thing-1', 10, fill)).rejects.toMatchObject({
      code: 'NATIVE_BROKEN',
      fix: expect.stringContaining('GRANARY_CACHE'),
    });
  });
});

describe('a record in the cache', () => {
  it('is written whole, in the place of the one before, and only when it says something else', () => {
    const path = join(cache, 'record.json');
    writeRecord(path, 'first');
    const { ino } = statSync(path);
    writeRecord(path, 'first');
    expect(statSync(path).ino).toBe(ino);
    writeRecord(path, 'second');
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect(statSync(path).ino).not.toBe(ino);
    expect(readdirSync(cache)).toEqual(['record.json']);
  });
});
