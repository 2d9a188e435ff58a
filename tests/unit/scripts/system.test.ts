import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compilerArguments } from '../../../scripts/setup/addon-part.mjs';
import { installCommand, missingPackages, onPath } from '../../../scripts/setup/debian.mjs';
import { readLink, setLink } from '../../../scripts/setup/links.mjs';
import { cachePath } from '../../../scripts/setup/paths.mjs';
import { folderBytes, megabytes } from '../../../scripts/setup/progress.mjs';
import { parseLdd, parsePolicy } from '../../../scripts/setup/system-packages.mjs';
import * as product from '../../../src-main/files/paths.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-system-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the cache folder', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [undefined, undefined],
    [undefined, '/var/cache/me'],
    ['/big/disk', undefined],
    ['relative', '/var/cache/me'],
  ])('is the same for set-up and for the program (GRANARY_CACHE %s, XDG_CACHE_HOME %s)', (own, xdg) => {
    vi.stubEnv('GRANARY_CACHE', own);
    vi.stubEnv('XDG_CACHE_HOME', xdg);
    expect(cachePath()).toBe(product.cachePath());
  });
});

describe('links into the cache', () => {
  it('replace whatever was there, and are left alone when they are right', () => {
    const link = join(folder, 'deep', 'link');
    expect(setLink(link, '/a')).toBe(true);
    expect(setLink(link, '/a')).toBe(false);
    expect(setLink(link, '/b')).toBe(true);
    expect(readLink(link)).toBe('/b');
    for (const make of [
      () => writeFileSync(link, 'a file'),
      () => mkdirSync(join(link, 'full'), { recursive: true }),
      () => symlinkSync('/nowhere', link),
    ]) {
      rmSync(link, { recursive: true });
      make();
      expect(setLink(link, '/c')).toBe(true);
      expect(readLink(link)).toBe('/c');
    }
  });
});

describe('system packages', () => {
  it('sees which libraries ldd does not find', () => {
    const output =
      '\tlinux-vdso.so.1 (0x7ffd)\n\tlibgtk-3.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\tlibasound.so.2 => not found\n';
    expect(parseLdd(output)).toEqual(['libgtk-3.so.0', 'libasound.so.2']);
    expect(parseLdd('\tstatically linked\n')).toEqual([]);
  });

  it("reads which names the system's lists know (newer releases renamed some)", () => {
    const output =
      'libasound2:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n' +
      'libasound2t64:\n  Installed: (none)\n  Candidate: 1.2.11-1\n  Version table:\n     1.2.11-1 500\n';
    expect(parsePolicy(output)).toEqual(new Set(['libasound2t64']));
    expect(parsePolicy('')).toEqual(new Set());
  });

  it('names what is missing, and the command that gets it', () => {
    expect(missingPackages(['granary-has-no-such-package'])).toEqual(['granary-has-no-such-package']);
    expect(installCommand(['g++', 'xvfb'])).toMatch(
      /^sudo apt-get update && sudo apt-get install .* g\+\+ xvfb$/,
    );
    expect(onPath('granary-has-no-such-program')).toBe(false);
    expect(onPath('sh')).toBe(true);
  });
});

describe('the compiler call', () => {
  const part = '/cache/native/tensorflow-2.21.0-linux-x64';

  it('finds the library relative to the addon, so that the cache can be moved', () => {
    const flags = compilerArguments(part, '/cache/native/addon/tfjs_binding.node', {
      platform: 'linux',
    });
    expect(flags).toContain('-Wl,-rpath,$ORIGIN/../tensorflow-2.21.0-linux-x64/tensorflow');
    expect(flags).toContain(`${part}/tensorflow/include`);
    expect(flags.slice(-2)).toEqual(['-o', '/cache/native/addon/tfjs_binding.node']);
  });

  it('can look for the library in another build of it, for an app that is packed for both', () => {
    const flags = compilerArguments(part, 'out.node', { platform: 'linux', besides: 'tensorflow-cuda' });
    expect(flags).toContain('-Wl,-rpath,$ORIGIN/../tensorflow-cuda/tensorflow');
    expect(flags).toContain(`${part}/tensorflow/include`);
  });

  it("reads Node-API's headers from the npm package, never from a Node installation", () => {
    const flags = compilerArguments(part, 'out.node', { platform: 'linux' });
    const includes = flags.filter((_flag, i) => flags[i - 1] === '-I');
    const headers = includes.find((path) => path.includes('node-api-headers'))!;
    expect(readFileSync(join(headers, 'node_api.h'), 'utf8')).toContain('napi_module');
  });
});

it('counts bytes as registries do', () => {
  writeFileSync(join(folder, 'a'), Buffer.alloc(1000));
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'c'), Buffer.alloc(500));
  expect(folderBytes(folder)).toBe(1500);
  expect(folderBytes(join(folder, 'gone'))).toBe(0);
  expect(megabytes(273_829_956)).toBe('274 MB');
  expect(megabytes(1_130_000_000)).toBe('1.1 GB');
});
