import { chromium, expect, test } from '@playwright/test';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** A byte of the wire: '0' or '1'. */
const [OFF, ON] = [48, 49];

const folder = scratchFolder();
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

test('it starts from its own folder, finds the native library, and trains on the Node that it brings', async () => {
  test.setTimeout(300_000);
  const { electronSwitches } = await import('../../scripts/electron.mjs');
  const workspace = join(folder.path, 'workspace');
  const port = 20_000 + (process.pid % 20_000);
  // The system's own PATH, nothing of the checkout in the environment.
  const { DISPLAY, HOME, XDG_CACHE_HOME, GRANARY_CACHE } = process.env;
  app = spawn(
    join(packed, 'granary'),
    [
      ...(await electronSwitches()),
      `--remote-debugging-port=${port}`,
      '--remote-debugging-address=127.0.0.1',
    ],
    {
      cwd: folder.path,
      stdio: 'ignore',
      env: {
        ...{ DISPLAY, HOME, PATH: '/usr/bin:/bin' },
        ...(XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME }),
        ...(GRANARY_CACHE === undefined ? {} : { GRANARY_CACHE }),
        GRANARY_WORKSPACE: workspace,
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

  const pictures = join(folder.path, 'shapes');
  await drawPictures(pictures, 8);
  await dropOnWindow(page, pictures);
  await setUpGrid(page, { sizes: '32', epochs: 1 });
  await page.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByTestId('queue-item')).toHaveAttribute('data-state', 'finished', {
    timeout: 120_000,
  });
  const runs = join(workspace, 'runs');
  const run = readdirSync(runs)[0]!;
  expect(existsSync(join(runs, run, 'weights.safetensors'))).toBe(true);
  const { versions } = JSON.parse(readFileSync(join(runs, run, 'config.json'), 'utf8')) as {
    versions: { node: string };
  };
  expect(`v${versions.node}`).toBe(
    execFileSync(join(packed, 'resources', 'node', 'node'), ['--version'], { encoding: 'utf8' }).trim(),
  );
  await browser.close();
});
