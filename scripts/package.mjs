import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { notBuilt, reasonIn } from './package/unbuilt.mjs';
import { electronExecutable, electronVersion } from './electron.mjs';
import { addonPartName, compileAddon } from './setup/addon-part.mjs';
import { SetupError, reportFailure } from './setup/errors.mjs';
import { root } from './setup/paths.mjs';
import { pins } from './setup/pins.mjs';
import { lastLines, runProgram } from './setup/process.mjs';
import { provideTensorflow, tensorflowPartName, wantedTensorflow } from './setup/tensorflow-part.mjs';
import { setUp } from './setup.mjs';

/**
 * Packs the app with electron-builder into release/:
 *   node scripts/package.mjs dir     a folder that starts by itself
 *   node scripts/package.mjs linux   an AppImage and a deb as well
 * Everything that goes in is here already or comes from npm: the Electron that set-up has, a Node for the workers from npm's
 * `node-<platform>-<arch>` package, and the addon that set-up compiled. A deb is made with dpkg-deb (scripts/package/fpm.mjs).
 */
const work = join(root, 'build', 'package');
const release = join(root, 'release');

async function pack(kind) {
  if (kind !== 'dir' && kind !== 'linux') throw new Error('Usage: node scripts/package.mjs dir|linux');
  await setUp({ app: 'required' });
  rmSync(work, { recursive: true, force: true });
  await provideNode(join(work, 'node'));
  await provideNative(join(work, 'native'));
  const electron = provideElectronFolder(join(work, 'electron'));
  const failed = await build(['--dir', `-c.electronDist=${electron}`]);
  rmSync(work, { recursive: true, force: true });
  if (failed !== null) throw new SetupError('NATIVE_BROKEN', failed, 'Mend what it says and try again.');
  if (kind === 'linux') await packInstallers();
  console.log(`Packed into ${release}: ${readdirSync(release).join(', ')}`);
}

/** A deb and an AppImage of the packed folder. One that cannot be made does not stop the other. */
async function packInstallers() {
  const folder = join(release, `linux${process.arch === 'x64' ? '' : `-${process.arch}`}-unpacked`);
  const built = [];
  const unbuilt = [];
  for (const target of ['deb', 'AppImage']) {
    console.log(`Making the ${target}`);
    const reason = await build(['--linux', target, `--prepackaged=${folder}`]);
    if (reason === null) built.push(target);
    else unbuilt.push({ target, reason });
  }
  if (unbuilt.length === 0) return;
  const { code, message, fix } = notBuilt(built, unbuilt);
  throw new SetupError(code, message, `${fix} \`npm run build:dir\` needs neither.`);
}

/**
 * Runs electron-builder.
 * @returns {Promise<string|null>} why it failed
 */
async function build(flags) {
  const run = await runProgram(
    process.execPath,
    [
      join(root, 'node_modules', 'electron-builder', 'cli.js'),
      ...flags,
      '--publish=never',
      ...(await laterFuses()),
      `-c.electronVersion=${electronVersion(electronExecutable())}`,
      // For `granary doctor`: nothing that is packed says it.
      `-c.extraMetadata.electronVersion=${electronVersion(electronExecutable())}`,
    ],
    {
      cwd: root,
      timeoutMs: 900_000,
      env: { CUSTOM_FPM_PATH: join(root, 'scripts', 'package', 'fpm.mjs'), ...process.env },
    },
  );
  return run.code === 0 ? null : reasonIn(run.output);
}

/**
 * Fuses that not every Electron has: electron-builder refuses to set one that the wire is too short for. The window comes over
 * granary://, so pages of file: need no more rights than a browser gives them.
 */
async function laterFuses() {
  const wire = await getCurrentFuseWire(electronExecutable());
  return FuseV1Options.GrantFileProtocolExtraPrivileges in wire
    ? ['-c.electronFuses.grantFileProtocolExtraPrivileges=false']
    : [];
}

/** The Node that ships: npm's platform package, checked against its pinned hash. */
async function provideNode(folder) {
  const { version, integrity } = pins['node-binary'];
  const name = `node-${process.platform}-${process.arch}`;
  const expected = integrity[`${process.platform}-${process.arch}`];
  if (expected === undefined)
    throw new SetupError(
      'PLATFORM_UNSUPPORTED',
      `No hash of ${name} is pinned.`,
      'Add it to scripts/setup/pins.json.',
    );
  mkdirSync(folder, { recursive: true });
  console.log(`Fetching ${name} ${version} from npm`);
  const fetched = await runProgram('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
  const file = readdirSync(folder).find((one) => one.endsWith('.tgz'));
  if (fetched.code !== 0 || file === undefined)
    throw new SetupError(
      'NO_NETWORK',
      `npm could not fetch ${name}: ${lastLines(fetched.output, 4)}`,
      'Try again with a network.',
    );
  const archive = join(folder, file);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== expected)
    throw new SetupError(
      'HASH_MISMATCH',
      `${file} is not the file that was pinned.`,
      'Do not use it; report it.',
    );
  await runProgram('tar', ['-xzf', file, '--strip-components=2', 'package/bin/node'], { cwd: folder });
  await runProgram('tar', ['-xzf', file, '--strip-components=1', 'package/LICENSE'], { cwd: folder });
  rmSync(archive);
  chmodSync(join(folder, 'node'), 0o755);
}

/**
 * The addon alone, for each build of TensorFlow that the machine's first start may choose: they differ in where they look for the
 * library. That is found or fetched then (its licence asks nothing; its size does).
 */
async function provideNative(folder) {
  const tensorflow = await provideTensorflow(wantedTensorflow());
  const base = `${process.platform}-${process.arch}`;
  for (const key of [base, `${base}-cuda`].filter((one) => pins.tensorflow[one] !== undefined)) {
    const besides = tensorflowPartName(key);
    const target = join(folder, addonPartName(besides));
    mkdirSync(target, { recursive: true });
    await compileAddon(tensorflow, target, besides);
  }
}

/** A copy of the Electron that set-up has, without anybody's app in it. */
function provideElectronFolder(folder) {
  const from = dirname(electronExecutable());
  const own = new Set([join('resources', 'app'), join('resources', 'default_app.asar'), 'granary-part.json']);
  cpSync(from, folder, {
    recursive: true,
    filter: (path) => !own.has(path.slice(from.length + 1)),
  });
  return folder;
}

if (basename(process.argv[1] ?? '') === 'package.mjs') pack(process.argv[2]).catch(reportFailure);
