import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findNativeParts, startsWorkers } from '../../../src-main/cli/native-parts.ts';
import { commandName, packagedFolder, setUpAgain } from '../../../src-main/files/packaged.ts';

let folder: string;
let app: string;
const notes: string[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'granary-packaged-')));
  app = join(folder, 'Granary');
  vi.stubEnv('GRANARY_CACHE', join(folder, 'cache'));
  for (const name of ['GRANARY_ADDON', 'GRANARY_SETUP_RECORD', 'GRANARY_TENSORFLOW'])
    vi.stubEnv(name, undefined);
  notes.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const write = (path: string, text: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const native = (...names: string[]): string => join(folder, 'cache', 'native', ...names);
const record = (addon?: string): string =>
  write(native('app-setup.json'), JSON.stringify({ tensorflow: { variant: 'linux-x64' }, addon }));
const ship = (name: string): string => write(join(app, 'resources', 'native', name, 'tfjs_binding.node'), '');
const find = (script = join(folder, 'never-run.mjs')): void =>
  findNativeParts((text) => notes.push(text), app, script);
/** A set-up that says how it was called, in the place of the addon. */
const talkative = (): string =>
  write(
    join(folder, 'set-up.mjs'),
    `const said = [...process.argv.slice(2), process.env.GRANARY_TENSORFLOW].join(' ');
     console.log('Checking it');
     console.log(JSON.stringify({ addon: said, record: 'kept' }));`,
  );

describe("the packaged command line's native parts", () => {
  it('are those that set-up wrote down', () => {
    ship('addon-2');
    const addon = write(native('addon-2', 'tfjs_binding.node'), '');
    const path = record(addon);
    find();
    expect(process.env['GRANARY_ADDON']).toBe(addon);
    expect(process.env['GRANARY_SETUP_RECORD']).toBe(path);
    expect(notes).toEqual([]);
  });

  it('are fitted anew, without a network, once another version brings another addon', () => {
    ship('addon-3');
    record(write(native('addon-2', 'tfjs_binding.node'), ''));
    find(talkative());
    expect(process.env['GRANARY_ADDON']).toBe('--offline cpu');
    expect(process.env['GRANARY_SETUP_RECORD']).toBe('kept');
    expect(notes).toHaveLength(1);
  });

  it('are fitted anew where the record is of a version that named no addon, or the addon is gone', () => {
    ship('addon-3');
    for (const addon of [undefined, native('addon-3', 'tfjs_binding.node')]) {
      vi.stubEnv('GRANARY_ADDON', undefined);
      record(addon);
      find(talkative());
      expect(process.env['GRANARY_ADDON']).toBe('--offline cpu');
    }
  });

  it('are none before the first set-up, nor where fitting fails', () => {
    ship('addon-3');
    find(talkative());
    expect(notes).toEqual([]);
    record();
    find(
      write(join(folder, 'fails.mjs'), `console.log('{"error":{"code":"NATIVE_MISSING","message":"gone"}}')`),
    );
    expect(process.env['GRANARY_ADDON']).toBeUndefined();
    expect(notes[1]).toMatch(/^That failed: gone .*granary setup` sets it up again/);
  });

  it('tell of a set-up that ends without saying how', () => {
    ship('addon-3');
    record();
    find(write(join(folder, 'dies.mjs'), `console.error('no memory'); process.exit(3)`));
    expect(notes[1]).toMatch(/^That failed: Set-up ended with code 3. no memory/);
  });

  it('are looked for by commands that start workers alone', () => {
    for (const words of [['train'], ['queue'], ['collab', 'train'], ['doctor'], ['bench', 'step']])
      expect(startsWorkers(words)).toBe(true);
    for (const words of [['runs'], ['queue', 'list'], ['cache'], ['settings'], ['setup'], ['app']])
      expect(startsWorkers(words)).toBe(false);
  });

  it('are left alone where the environment names an addon', () => {
    vi.stubEnv('GRANARY_ADDON', '/own');
    record();
    find(talkative());
    expect(process.env['GRANARY_ADDON']).toBe('/own');
  });
});

describe('where Granary is packaged', () => {
  it('is told by the archive around it', () => {
    expect(packagedFolder('/opt/Granary/resources/app.asar')).toBe('/opt/Granary');
    expect(packagedFolder('/opt/Granary/resources/app.asar.unpacked')).toBe('/opt/Granary');
    expect(packagedFolder('/home/me/granary')).toBeNull();
  });

  it('a command is named as one can call it', () => {
    const own = write(join(app, 'bin', 'granary'), '');
    const link = join(folder, 'granary');
    expect(commandName(app, link)).toBe(own);
    symlinkSync(own, link);
    expect(commandName(app, link)).toBe('granary');
    expect(setUpAgain(app)).toContain(`\`${own} setup\``);
    expect(setUpAgain(null)).toContain('`npm run setup`');
  });
});
