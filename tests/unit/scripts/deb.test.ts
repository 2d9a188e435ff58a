import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { neededLibraries } from '../../../scripts/package/libraries.mjs';

const program = join(import.meta.dirname, '../../../scripts/package/fpm.mjs');
const dpkg = (...words: string[]): string => execFileSync('dpkg-deb', words, { encoding: 'utf8' });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-deb-'));
  mkdirSync(join(folder, 'app', 'resources'), { recursive: true });
  writeFileSync(join(folder, 'app', 'granary'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  writeFileSync(join(folder, 'app', 'resources', 'app.asar'), 'x'.repeat(5000));
  writeFileSync(join(folder, 'icon.png'), 'icon', { mode: 0o600 });
  writeFileSync(join(folder, 'install.sh'), '#!/bin/bash\ntrue\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The words that electron-builder 26.17 gives to fpm for this project, with short paths. */
const words = (output: string): string[] => [
  ...['-s', 'dir', '--force', '-t', 'deb', '-d', 'libgtk-3-0', '-d', 'python3'],
  ...['--deb-recommends', 'libappindicator3-1', '--deb-compression', 'xz', '--architecture', 'amd64'],
  ...['--after-install', join(folder, 'install.sh'), '--after-remove', join(folder, 'install.sh')],
  ...['--description', 'From a folder to an ensemble\n First line.\n\n Second line.'],
  ...['--version', '0.1.0', '--package', output, '--name', 'granary', '--maintainer', 'A <a@b.invalid>'],
  ...['--vendor', 'A <a@b.invalid>', '--url', 'https://granary.invalid', '--deb-priority', 'optional'],
  ...['--license', 'Apache-2.0', `${join(folder, 'app')}/=/opt/Granary`],
  `${join(folder, 'icon.png')}=/usr/share/icons/hicolor/512x512/apps/granary.png`,
];

describe('a deb without fpm', () => {
  it.skipIf(spawnSync('dpkg-deb', ['--version']).error !== undefined)(
    'has the files, owners, scripts and fields that were asked for',
    () => {
      const output = join(folder, 'granary.deb');
      execFileSync(process.execPath, [program, ...words(output)], { stdio: 'pipe' });
      const listed = dpkg('--contents', output);
      expect(listed).toMatch(/^-rwxr-xr-x root\/root\s+21 .* \.\/opt\/Granary\/granary$/m);
      expect(listed).toMatch(/^-rw-r--r-- root\/root\s+4 .* \.\/usr\/share\/icons\/.*granary\.png$/m);
      expect(dpkg('--field', output)).toBe(
        [
          ...['Package: granary', 'Version: 0.1.0', 'Architecture: amd64', 'Maintainer: A <a@b.invalid>'],
          ...['Installed-Size: 5', 'Depends: libgtk-3-0, python3', 'Recommends: libappindicator3-1'],
          ...['Section: science', 'Priority: optional', 'Description: From a folder to an ensemble'],
          ...[' First line.', ' .', ' Second line.', ''],
        ].join('\n'),
      );
      const control = join(folder, 'control');
      dpkg('--control', output, control);
      expect(readFileSync(join(control, 'postinst'), 'utf8')).toBe('#!/bin/bash\ntrue\n');
      dpkg('--extract', output, join(folder, 'root'));
      // Every file is listed with its sum.
      const checked = execFileSync('md5sum', ['-c', join(control, 'md5sums')], {
        ...{ cwd: join(folder, 'root'), encoding: 'utf8' },
      });
      expect(checked.trim().split('\n')).toHaveLength(3);
    },
  );

  it('names the C and C++ libraries by the symbol versions that its programs ask for', () => {
    const program = (name: string, ...versions: string[]): string => {
      const path = join(folder, 'app', name);
      writeFileSync(path, `\x7fELF\0libc.so.6\0${versions.join('\0')}\0`, 'latin1');
      return path;
    };
    const old = program('old', 'GLIBC_2.2.5', 'GLIBC_2.17');
    expect(neededLibraries([old])).toEqual(['libc6 (>= 2.17)', 'libgcc-s1']);
    const young = program(
      'young',
      'GLIBC_2.9',
      'GLIBC_2.28',
      'GLIBCXX_3.4.9',
      'GLIBCXX_3.4.30',
      'GLIBCXX_3.4',
    );
    expect(neededLibraries([old, young, join(folder, 'icon.png')])).toEqual([
      ...['libc6 (>= 2.28)', 'libgcc-s1', 'libstdc++6 (>= 12)'],
    ]);
    expect(() => neededLibraries([program('next', 'GLIBC_2.17', 'GLIBCXX_3.4.99')])).toThrow('3.4.99');
    expect(neededLibraries([join(folder, 'icon.png')])).toEqual([]);
    // A real one, which is linked to both.
    expect(neededLibraries([process.execPath]).join()).toMatch(
      /^libc6 \(>= 2\.\d+\),libgcc-s1,libstdc\+\+6 \(>= /,
    );
  });

  it('is not made where something unknown is asked for', () => {
    const output = join(folder, 'granary.deb');
    const run = spawnSync(process.execPath, [program, ...words(output), '--deb-systemd', 'x'], {
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('--deb-systemd is not known');
    expect(spawnSync(process.execPath, [program, '-s', 'dir', '-t', 'rpm']).status).toBe(1);
  });
});
