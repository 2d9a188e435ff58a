#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { neededLibraries } from './libraries.mjs';

/**
 * What electron-builder asks of fpm, done with dpkg-deb: makes a .deb of folders and files. electron-builder would fetch an
 * fpm of its own from a release page, which cannot be reached from everywhere; dpkg-deb is on every Debian. It is named to
 * electron-builder by CUSTOM_FPM_PATH, and takes the flags that electron-builder 26 gives for a deb, and no others.
 */

/** Flags with a value, by what they set. */
const single = {
  '--architecture': 'architecture',
  '--after-install': 'postinst',
  '--after-remove': 'postrm',
  '--category': 'section',
  '--deb-compression': 'compression',
  '--deb-priority': 'priority',
  '--description': 'description',
  '--license': 'license',
  '--maintainer': 'maintainer',
  '--name': 'name',
  '--package': 'output',
  '--url': 'url',
  '--vendor': 'vendor',
  '--version': 'version',
  '-s': 'source',
  '-t': 'target',
};
const many = { '-d': 'depends', '--deb-recommends': 'recommends' };

/**
 * @param {readonly string[]} words as electron-builder gives them to fpm
 * @throws Error for a flag that is not known: leaving one out quietly would make another package than was asked for
 */
export function readArguments(words) {
  const asked = { depends: [], recommends: [], files: [] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === '--force') continue;
    if (word in single) asked[single[word]] = words[(at += 1)];
    else if (word in many) asked[many[word]].push(words[(at += 1)]);
    else if (!word.startsWith('-') && word.includes('=')) {
      const cut = word.indexOf('=');
      asked.files.push({ from: word.slice(0, cut), to: word.slice(cut + 1) });
    } else throw new Error(`${word} is not known: this makes debs as electron-builder 26 asks for them.`);
  }
  if (asked.source !== 'dir' || asked.target !== 'deb') throw new Error('Only folders into a deb.');
  return asked;
}

/**
 * The package's control file. Policy wants a short first line of the description, and each further line indented by a space.
 * A homepage in the reserved domain `invalid` is none: electron-builder insists on one.
 * @param {number} kilobytes that the files take
 */
export function controlFile(asked, kilobytes) {
  const [synopsis, ...rest] = asked.description.trim().split('\n');
  const longer = rest.map((line) => ` ${line.trim() === '' ? '.' : line.trim()}`);
  const fields = [
    ['Package', asked.name],
    ['Version', asked.version],
    ['Architecture', asked.architecture],
    ['Maintainer', asked.maintainer],
    ['Installed-Size', String(kilobytes)],
    ['Depends', asked.depends.join(', ')],
    ['Recommends', asked.recommends.join(', ')],
    ['Section', asked.section ?? 'science'],
    ['Priority', asked.priority ?? 'optional'],
    [
      'Homepage',
      asked.url === undefined || new URL(asked.url).hostname.endsWith('.invalid') ? '' : asked.url,
    ],
    ['Description', [synopsis, ...longer].join('\n')],
  ];
  return fields.flatMap(([name, value]) => (value ? [`${name}: ${value}\n`] : [])).join('');
}

/** Puts the files where they are to be installed; a source that ends with `/` is a folder's content. */
function layOut(files, stage) {
  for (const { from, to } of files) {
    const target = join(stage, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    if (statSync(from).isFile()) chmodSync(target, 0o644);
  }
}

/** All plain files below a folder, with the bytes that they take. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path, bytes: lstatSync(path).size }));
}

/** Makes the deb that is asked for. */
export function makeDeb(asked) {
  // Beside the package: the same disk, which has room for it.
  const stage = mkdtempSync(join(dirname(asked.output), '.deb-'));
  try {
    chmodSync(stage, 0o755);
    layOut(asked.files, stage);
    const files = filesBelow(stage);
    const control = join(stage, 'DEBIAN');
    mkdirSync(control);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const depends = [...asked.depends, ...neededLibraries(files.map(({ path }) => path))];
    writeFileSync(join(control, 'control'), controlFile({ ...asked, depends }, Math.ceil(bytes / 1024)));
    const sums = files.map(
      ({ path }) =>
        `${createHash('md5').update(readFileSync(path)).digest('hex')}  ${path.slice(stage.length + 1)}\n`,
    );
    writeFileSync(join(control, 'md5sums'), sums.join(''));
    for (const script of ['postinst', 'postrm']) {
      if (asked[script] === undefined) continue;
      cpSync(asked[script], join(control, script));
      chmodSync(join(control, script), 0o755);
    }
    const built = spawnSync(
      'dpkg-deb',
      ['--build', '--root-owner-group', `-Z${asked.compression ?? 'xz'}`, stage, asked.output],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    if (built.error) throw new Error(`dpkg-deb cannot be run: ${built.error.message}`);
    if (built.status !== 0) throw new Error(`dpkg-deb ended with code ${built.status}.`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    makeDeb(readArguments(process.argv.slice(2)));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
