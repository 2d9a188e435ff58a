import { chromium, expect, test } from '@playwright/test';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dropOnWindow, root, scratchFolder } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

/**
 * The packed app, as `npm run build:dir` leaves it, or as a deb has put it elsewhere (GRANARY_E2E_FOLDER): opt-in (`npm run
 * test:packaged [FOLDER]`), because packing takes a minute. Its fuses refuse the inspector by which Playwright drives Electron,
 * so its window is driven over the debugging port alone.
 */
const packed = process.env['GRANARY_E2E_FOLDER'] ?? join(root, 'release', 'linux-unpacked');
test.skip(process.env['GRANARY_E2E_PACKAGED'] !== '1', 'run with npm run test:packaged');

// Later tests look at what earlier ones trained.
test.describe.configure({ mode: 'serial' });

/** A byte of the wire: '0' or '1'. */
const [OFF, ON] = [48, 49];

const folder = scratchFolder();
const workspace = join(folder.path, 'work space');
/** The system's own PATH, nothing of the checkout in the environment. */
const environment = (): NodeJS.ProcessEnv => {
  const { DISPLAY, HOME, XDG_CACHE_HOME, GRANARY_CACHE } = process.env;
  return {
    ...{ DISPLAY, HOME, PATH: '/usr/bin:/bin' },
    ...(XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME }),
    ...(GRANARY_CACHE === undefined ? {} : { GRANARY_CACHE }),
    GRANARY_WORKSPACE: workspace,
  };
};
/** The packaged command line: the one on the PATH where the deb is installed, else by a link to it. */
const command = (): string => {
  if (packed === '/opt/Granary') return 'granary';
  const link = join(folder.path, 'granary link');
  if (!existsSync(link)) symlinkSync(join(packed, 'bin', 'granary'), link);
  return link;
};
const granary = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(command(), words, { cwd: folder.path, encoding: 'utf8', env: environment() });
/** What of the app's folder was changed last, and when: nothing may be written into it. */
const newest = (): number =>
  Math.max(
    ...readdirSync(packed, { recursive: true, withFileTypes: true }).map(
      (entry) => lstatSync(join(entry.parentPath, entry.name)).mtimeMs,
    ),
  );
let app: ChildProcess | undefined;
test.afterAll(async () => {
  if (app !== undefined && app.exitCode === null) {
    const gone = new Promise((resolve) => app!.once('exit', resolve));
    app.kill('SIGTERM');
    await gone;
  }
  folder.remove();
});

test('its fuses are set, and it cannot be made a plain Node', async () => {
  const program = join(packed, 'granary');
  const wire = await getCurrentFuseWire(program);
  const states = Object.fromEntries(
    (
      [
        'RunAsNode',
        'EnableCookieEncryption',
        'EnableNodeOptionsEnvironmentVariable',
        'EnableNodeCliInspectArguments',
        'OnlyLoadAppFromAsar',
      ] as const
    ).map((name) => [name, wire[FuseV1Options[name]]]),
  );
  expect(states).toEqual({
    RunAsNode: OFF,
    EnableCookieEncryption: ON,
    EnableNodeOptionsEnvironmentVariable: OFF,
    EnableNodeCliInspectArguments: OFF,
    OnlyLoadAppFromAsar: ON,
  });
  // Electron 22 has no such fuse; where there is one it is off.
  expect([undefined, OFF]).toContain(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]);
  const version = execFileSync(join(packed, 'resources', 'node', 'node'), ['--version'], {
    encoding: 'utf8',
  });
  expect(version.trim()).toMatch(/^v2\d\./);
});

test('its command line answers from any folder, with its own Node, and with exit codes', () => {
  const version = granary('--version');
  expect(version).toMatchObject({ status: 0, stderr: '' });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(granary('show', 'nobody')).toMatchObject({
    ...{ status: 1, stdout: '', stderr: expect.stringContaining('RUN_NOT_FOUND') },
  });
  const setUp = granary('setup');
  expect(setUp, setUp.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('is set up in') });
  const doctor = granary('doctor', '--json');
  expect(doctor.status, doctor.stderr).toBe(0);
  const shipped = execFileSync(join(packed, 'resources', 'node', 'node'), ['--version'], {
    encoding: 'utf8',
  });
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    node: shipped.trim().slice(1),
    tensorflow: { devices: expect.arrayContaining(['CPU:0']) },
    electron: { path: join(packed, 'granary'), missing: [] },
  });
  // Without a display it opens no window and shows its commands.
  const { DISPLAY: _display, ...blind } = environment();
  const bare = spawnSync(command(), [], { encoding: 'utf8', env: blind });
  expect(bare.stderr).toContain('Usage: granary');
  const window = spawnSync(command(), ['app'], { encoding: 'utf8', env: blind });
  expect(window).toMatchObject({ status: 1, stderr: expect.stringContaining('no display') });
});

test('its command line trains, ends at a signal, and writes nothing into its folder', async () => {
  test.setTimeout(180_000);
  const before = newest();
  const pictures = join(folder.path, 'shapes of mine');
  mkdirSync(pictures);
  await drawPictures(pictures, 8);
  const fit = granary('fit', pictures, '--arch', 'resnet18', '--size', '32', '--batch-size', '8', '--json');
  expect(fit.status, fit.stdout + fit.stderr).toBe(0);
  const settings = ['--arch', 'resnet18', '--size', '32', '--batch-size', '8', '--weights', 'none'];
  const trained = granary('train', pictures, ...settings, '--epochs', '1');
  expect(trained.status, trained.stderr).toBe(0);

  const child = spawn(command(), ['train', pictures, ...settings, '--epochs', '500', '--json'], {
    ...{ cwd: folder.path, env: environment(), stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const ended = new Promise((resolve) => child.once('close', (...how) => resolve(how)));
  await new Promise<void>((resolve) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += String(chunk);
      if (said.includes('"epoch"')) resolve();
    });
  });
  child.kill('SIGTERM');
  expect(await ended).not.toEqual([0, null]);

  const runs = granary('runs', '--json');
  expect(runs.status).toBe(0);
  expect(runs.stdout).toContain('"finished"');
  expect(newest()).toBe(before);
});

test('every library that its programs are linked to is in a package that the deb names', () => {
  const tools = ['dpkg', 'objdump'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
  test.skip(!tools, 'dpkg or objdump is not here');
  const { deb } = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as {
    deb: { depends: string[] };
  };
  // The C and C++ libraries are named with their versions when the deb is made.
  const named = new Set([
    'libc6',
    'libgcc-s1',
    'libstdc++6',
    ...deb.depends.flatMap((one) => one.split(' | ')),
  ]);
  const programs = ['granary', 'chrome_crashpad_handler', 'libGLESv2.so', 'libEGL.so', 'resources/node/node'];
  const libraries = new Set(programs.flatMap((name) => linked(join(packed, name))));
  expect(libraries.size).toBeGreaterThan(20);
  // Opened by name when the window is made: seen to be missing in a bare Debian, where the app ended without a word.
  expect(named).toContain('libx11-xcb1');
  expect([...libraries].filter((library) => !named.has(packageOf(library)))).toEqual([]);
});

/** Paths of the system's libraries that a program is linked to itself, not through another of them. */
function linked(program: string): string[] {
  const read = (tool: string, ...words: string[]): string =>
    execFileSync(tool, [...words, program], { encoding: 'utf8' });
  const needed = new Set([...read('objdump', '-p').matchAll(/^\s*NEEDED\s+(\S+)/gm)].map(([, name]) => name));
  return [...read('ldd').matchAll(/^\s*(\S+) => (\/\S+)/gm)]
    .filter(([, name, path]) => needed.has(name) && !path!.startsWith(packed))
    .map(([, , path]) => realpathSync(path!));
}

/** The Debian package that a library is of; one of before /lib became a link to /usr/lib is listed at its old place. */
function packageOf(library: string): string {
  for (const path of [library, library.replace(/^\/usr/, '')]) {
    const asked = spawnSync('dpkg', ['-S', path], { encoding: 'utf8' });
    if (asked.status === 0) return asked.stdout.split(':')[0]!;
  }
  return 'none';
}

test('it starts from its own folder, finds the native library, and trains on the Node that it brings', async () => {
  test.setTimeout(300_000);
  const { electronSwitches } = await import('../../scripts/electron.mjs');
  const port = 20_000 + (process.pid % 20_000);
  const runs = join(workspace, 'runs');
  const earlier = new Set(readdirSync(runs));
  app = spawn(
    command(),
    [
      'app',
      ...(await electronSwitches()),
      `--remote-debugging-port=${port}`,
      '--remote-debugging-address=127.0.0.1',
    ],
    {
      cwd: folder.path,
      stdio: 'ignore',
      env: {
        ...environment(),
        GRANARY_USER_DATA: join(folder.path, 'preferences'),
        GRANARY_ON_QUIT: 'stop',
      },
    },
  );
  await expect(async () => {
    expect((await fetch(`http://127.0.0.1:${port}/json/version`)).ok).toBe(true);
  }).toPass({ timeout: 30_000 });
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const page = browser.contexts()[0]!.pages()[0]!;
  await expect(page.getByTestId('workspace')).toHaveText(workspace);
  expect(page.url()).toMatch(/^granary:\/\/app\//);
  // The first start of all fetches 274 MB; on a machine that has the parts it only looks.
  const setUp = page.getByTestId('set-up');
  await expect(setUp.and(page.locator('[data-status=working]'))).toBeHidden({ timeout: 240_000 });
  await expect(setUp).toBeHidden();

  // What the command line trained is here.
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('run-row')).toHaveCount(earlier.size);

  const pictures = join(folder.path, 'shapes of mine');
  await dropOnWindow(page, pictures);
  await setUpGrid(page, { sizes: '32', epochs: 1 });
  await page.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByTestId('queue-item')).toHaveAttribute('data-state', 'finished', {
    timeout: 120_000,
  });
  const run = readdirSync(runs).find((id) => !earlier.has(id))!;
  expect(existsSync(join(runs, run, 'weights.safetensors'))).toBe(true);
  const { versions } = JSON.parse(readFileSync(join(runs, run, 'config.json'), 'utf8')) as {
    versions: { node: string };
  };
  expect(`v${versions.node}`).toBe(
    execFileSync(join(packed, 'resources', 'node', 'node'), ['--version'], { encoding: 'utf8' }).trim(),
  );
  expect(granary('runs', '--json').stdout).toContain(run);
  await browser.close();
});
