import { _electron } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { electronExecutable, electronSwitches } from './electron.mjs';
import { root } from './setup/paths.mjs';
import { withDisplay } from './xvfb.mjs';

/**
 * Takes the pictures of docs/images: the real app training a real grid on a dataset folder.
 *   node scripts/screenshots.mjs DATASET [size] [epochs]
 */
const [dataset, size = '96', epochs = '4'] = process.argv.slice(2);
if (dataset === undefined) {
  console.error('Usage: node scripts/screenshots.mjs DATASET [size] [epochs]');
  process.exit(2);
}
const images = join(root, 'docs', 'images');
const folder = mkdtempSync(join(tmpdir(), 'granary-'));
mkdirSync(images, { recursive: true });
try {
  await withDisplay(takeAll);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takeAll(environment) {
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...(await electronSwitches()), join(root, 'tests', 'e2e', 'support', 'entry.cjs')],
    env: {
      ...environment,
      GRANARY_NODE: process.execPath,
      GRANARY_WORKSPACE: join(folder, 'workspace'),
      GRANARY_USER_DATA: join(folder, 'preferences'),
      GRANARY_ON_QUIT: 'stop',
    },
  });
  const page = await app.firstWindow();
  const shoot = async (name, dark = false) => {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await page.mouse.move(5, 5);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(images, `${name}.png`) });
    console.log(join(images, `${name}.png`));
    await page.emulateMedia({ colorScheme: 'light' });
  };
  await page.getByTestId('workspace').waitFor();
  await shoot('app-intake');
  await drop(page, resolve(dataset));
  await page.getByTestId('dataset-name').waitFor({ timeout: 120_000 });
  await shoot('app-dataset');
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await page.getByText('tf_efficientnet_lite0', { exact: true }).click();
  await page.getByText('tf_efficientnet_lite1', { exact: true }).click();
  await page.getByText('crop', { exact: true }).click();
  await page.getByLabel('Sizes').fill(size);
  await page.getByLabel('Epochs', { exact: true }).fill(epochs);
  await page.getByLabel('Batch size').fill('32');
  await page
    .getByTestId('preview-run')
    .nth(3)
    .getByText('measuring')
    .waitFor({ state: 'hidden', timeout: 60_000 });
  await shoot('app-grid');
  await page.getByRole('button', { name: /^Start/ }).click();

  const second = page.getByTestId('queue-item').nth(1);
  await waitForState(second, 'running');
  await page
    .getByTestId('doing')
    .getByText(new RegExp(`Epoch ${epochs}`))
    .waitFor({ timeout: 900_000 });
  await shoot('app-live');
  await shoot('app-live-dark', true);
  await waitForState(page.getByTestId('queue-item').nth(3), 'finished');
  await page.keyboard.press('Control+4');
  await shoot('app-runs');
  await page.getByTestId('run-row').first().getByRole('button').click();
  await page.getByTestId('run-name').waitFor();
  await shoot('app-run');
  await shoot('app-run-dark', true);
  await app.close();
}

async function waitForState(item, state) {
  for (let tries = 0; tries < 3600; tries += 1) {
    if ((await item.getAttribute('data-state')) === state) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(`The run is not ${state} after half an hour.`);
}

/** Drops a folder on the window, as the system does. */
async function drop(page, path) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await session.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data });
  await session.detach();
}
