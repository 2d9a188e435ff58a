import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { drawn } from './camera.mjs';
import { places } from './workspace.mjs';

/** The first minute, and everything about a dataset, on a workspace that has none yet. */
export async function shootData(studio, base) {
  const { page } = studio;
  const { paddy, photos } = places(base);
  await studio.height(820);
  await studio.shoot('first-minute');
  await page.keyboard.press('?');
  await page.getByTestId('shortcuts').waitFor();
  await studio.shoot('shortcuts');
  await page.keyboard.press('Escape');

  await studio.height(900);
  await read(studio, photos);
  for (const code of ['conflicting-labels', 'unreadable'])
    await page
      .locator(`[data-code="${code}"]`)
      .getByText(/^\d+ files?$/)
      .click();
  await drawn(page.locator('[data-code="conflicting-labels"] img'), 2);
  await studio.shoot('dataset-problems');
  await page.getByRole('tab', { name: /Copies/ }).click();
  await drawn(page.getByTestId('copy-group').locator('img'), 4);
  await studio.shoot('dataset-copies');

  await read(studio, paddy);
  await page.getByLabel('Use of variety').selectOption('target');
  await page.getByTestId('cross-cell').first().waitFor({ timeout: 120_000 });
  await studio.scroll(0);
  await studio.shoot('dataset-overview');
  await studio.scrollTo(page.locator('section:has(#cross-title)'));
  await studio.shoot('dataset-cross-table');
  await page.getByTestId('cross-cell').first().click();
  await page.getByRole('button', { name: 'Show all' }).last().click();
  await page.getByTestId('picture-grid').locator('canvas[data-shown]').nth(11).waitFor();
  await studio.height(640);
  await page.locator('[data-index="2"]').click();
  await page.getByTestId('picture-detail').locator('img').waitFor();
  // Beside the detail there is room for other tiles, in other places.
  await page.getByTestId('picture-grid').locator('canvas[data-shown]').nth(11).waitFor();
  await studio.shoot('dataset-pictures');
  await studio.height(900);
  await page.getByRole('tab', { name: 'Preview' }).click();
  await page.getByLabel('Sizes').fill('128, 160x96');
  await drawn(page.getByTestId('preview-pair').locator('img'), 42);
  await page.getByLabel('Sizes').blur();
  await studio.scroll(0);
  await studio.shoot('dataset-preview');
}

/** A grid with how each run fits, and what it is started from. */
export async function shootGrid(studio) {
  const { page } = studio;
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await studio.height(980);
  for (const arch of ['tf_efficientnet_lite0', 'convnext_tiny', 'resnet26d'])
    await page.getByText(arch, { exact: true }).first().click();
  await page.getByText('crop', { exact: true }).click();
  await page.getByLabel('Sizes').fill('160, 224');
  await page.getByLabel('Epochs', { exact: true }).fill('12');
  await page.getByTestId('preview-run').nth(11).waitFor();
  // Bars and runs are predicted one after another; of large networks it takes a while.
  const measured = page.getByTestId('preview-run').filter({ hasText: 'measuring' });
  for (let tries = 0; tries < 240 && (await measured.count()) > 0; tries += 1) await page.waitForTimeout(500);
  await studio.scroll(0);
  await studio.shoot('grid');
}

/** Classes of six pictures that nobody trained on, by an ensemble. */
export async function shootPredict(studio, base, ensemble) {
  const { page } = studio;
  const tests = join(places(base).paddy, 'test_images');
  await studio.height(900);
  await page.getByRole('navigation').getByRole('button', { name: 'Predict' }).click();
  await page.getByTestId('predict-source').selectOption(ensemble);
  await studio.drop(
    ...readdirSync(tests)
      .slice(0, 8)
      .map((name) => join(tests, name)),
  );
  await page.getByTestId('predict-status').waitFor({ timeout: 180_000 });
  await drawn(page.getByTestId('predicted').locator('img'), 8);
  await studio.shoot('predict');
}

async function read({ page, drop }, folder) {
  await drop(folder);
  await page
    .getByTestId('dataset-name')
    .filter({ hasText: basename(folder) })
    .waitFor({ timeout: 180_000 });
}
