import { _electron } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diseases, varieties, writeRuns } from '../tests/support/example-workspace.mjs';
import { electronExecutable, electronSwitches } from './electron.mjs';
import { root } from './setup/paths.mjs';
import { withDisplay } from './xvfb.mjs';

/**
 * Takes the pictures of docs/screenshots that need many runs: table, compare, ensemble, a run's own page. The runs are made up
 * (tests/support/example-workspace.mjs), the app is real.
 *   node scripts/screenshots-runs.mjs
 */
const images = join(root, 'docs', 'screenshots');
const folder = mkdtempSync(join(tmpdir(), 'granary-'));
mkdirSync(images, { recursive: true });
try {
  await withDisplay(takeAll);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takeAll(environment) {
  const workspace = join(folder, 'workspace');
  const targets = [
    { name: 'label', classes: diseases },
    { name: 'variety', classes: varieties },
  ];
  const ids = writeRuns(workspace, { runs: 24, epochs: 14, holdout: 1041, valid: 400, test: 60, targets });
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...(await electronSwitches()), join(root, 'tests', 'e2e', 'support', 'entry.cjs')],
    env: {
      ...environment,
      GRANARY_NODE: process.execPath,
      GRANARY_WORKSPACE: workspace,
      GRANARY_USER_DATA: join(folder, 'preferences'),
      GRANARY_ON_QUIT: 'stop',
    },
  });
  const page = await app.firstWindow();
  await page.getByTestId('workspace').waitFor();
  const resize = (height) =>
    app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0].setContentSize(size.width, size.height),
      { width: 1360, height },
    );
  const shoot = async (name, height = 900) => {
    await resize(height);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.mouse.move(3, 3);
      await page.waitForTimeout(500);
      const path = join(images, `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`);
      await page.screenshot({ path });
      console.log(path);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };

  await page.keyboard.press('Control+4');
  const rows = page.getByTestId('run-row');
  await rows.first().waitFor();
  for (const place of [0, 1, 4]) await rows.nth(place).getByRole('checkbox').check();
  const bar = page.getByTestId('marked-bar');
  await bar.getByRole('button', { name: 'Tags' }).click();
  await page.getByLabel('New tag').fill('night2');
  await page.getByRole('button', { name: 'Tag them' }).click();
  await page.keyboard.press('Escape');
  await bar.getByRole('button', { name: 'Unmark' }).click();
  await rows.nth(2).getByRole('checkbox').check();
  await bar.getByRole('button', { name: 'Make it the baseline' }).click();
  await page.getByTestId('difference').first().waitFor();
  for (const place of [0, 1, 3]) await rows.nth(place).getByRole('checkbox').check();
  await page.waitForTimeout(8500);
  await shoot('runs');

  await page.keyboard.press('Control+5');
  await page.getByTestId('disagreement').first().waitFor();
  await shoot('compare', 1000);
  await page.getByTestId('differences').scrollIntoViewIfNeeded();
  await page.getByTestId('scatter').scrollIntoViewIfNeeded();
  await shoot('compare-settings', 1000);
  await page.getByTestId('confusion').first().scrollIntoViewIfNeeded();
  await page.getByTestId('disagreeing').scrollIntoViewIfNeeded();
  await shoot('compare-pictures', 1000);

  await page.getByRole('main').evaluate((main) => (main.scrollTop = 0));
  await page.getByRole('button', { name: 'Combine them' }).click();
  await page.getByTestId('ensemble-error').first().waitFor();
  await page.getByRole('slider').first().fill('2');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByTestId('submission-preview').waitFor();
  await page.getByRole('main').evaluate((main) => (main.scrollTop = 0));
  await shoot('ensemble', 1150);

  await page.keyboard.press('Control+4');
  await page.locator(`[data-run="${ids[0]}"]`).getByRole('button').first().click();
  await page.getByTestId('run-name').waitFor();
  await shoot('run', 1000);
  await app.close();
}
