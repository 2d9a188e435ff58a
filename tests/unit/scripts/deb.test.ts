import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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
