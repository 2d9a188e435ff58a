import { expect, test } from '@playwright/test';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, scratchFolder, startApp } from './support/app.ts';
import { drawPictures, labels } from './support/pictures.ts';

test('a run on two columns of a table shows the figures of each', async () => {
  test.setTimeout(120_000);
  const folder = scratchFolder();
  const pictures = join(folder.path, 'shapes');
  await drawPictures(pictures, 12);
  const table = join(folder.path, 'table');
  mkdirSync(join(table, 'train_images'), { recursive: true });
  const rows = labels.flatMap((label) =>
    Array.from({ length: 12 }, (_, index) => {
      const name = `${label}-${index}.jpg`;
      copyFileSync(join(pictures, label, name), join(table, 'train_images', name));
      // Some pictures have no season: they are trained on for their label alone.
      return `${name},${label},${['spring', 'autumn', ''][index % 3]}`;
    }),
  );
  writeFileSync(join(table, 'train.csv'), `${['image_id,label,season', ...rows].join('\n')}\n`);

  const granary = await startApp(folder.path);
  const { page } = granary;
  try {
    await dropOnWindow(page, table);
    await expect(page.getByLabel('Use of label')).toHaveValue('target');
    await page.getByLabel('Use of season').selectOption('target');
    await expect(page.getByTestId('train-count')).toHaveText('36');
    await page.getByRole('button', { name: 'Set up a grid' }).click();
    await page.getByText('resnet18', { exact: true }).click();
    await page.getByLabel('Sizes').fill('32');
    await page.getByLabel('Epochs', { exact: true }).fill('2');
    await page.getByLabel('Batch size').fill('8');
    await page.getByText('More settings').click();
    await page.getByLabel('TTA views').fill('1');
    await page.getByText('Start from scratch').click();
    await page.getByRole('checkbox', { name: /^season/ }).check();
    await page.getByLabel('Weight of season').fill('0.5');
    await expect(page.getByTestId('preview-count')).toHaveText('1 run');
    await page.getByRole('button', { name: 'Start', exact: true }).click();

    const live = page.getByTestId('live').getByTestId('target-figures').locator('tbody tr');
    await expect(live).toHaveCount(2, { timeout: 60_000 });
    for (const [place, target] of ['label', 'season'].entries()) {
      await expect(live.nth(place)).toHaveAttribute('data-target', target);
      await expect(live.nth(place)).toContainText(/\d+\.\d\d%/);
    }
    await expect(page.getByTestId('queue-item')).toHaveAttribute('data-state', 'finished', {
      timeout: 60_000,
    });
    await page.keyboard.press('Control+4');
    await page.getByTestId('run-row').getByRole('button').click();
    await expect(page.getByTestId('target-error')).toHaveCount(2);
    await expect(page.getByTestId('target-loss')).toHaveCount(2);
    await expect(
      page.getByRole('img', { name: /^Error rate of season by epoch, error rate, training/ }),
    ).toBeVisible();
    await expect(page.getByRole('row', { name: /^Validation season / })).toBeVisible();
    await expect(page.getByRole('row', { name: /^Validation all right / })).toBeVisible();
    await expect(page.getByTestId('setting').filter({ hasText: 'targetWeights' })).toContainText('1, 0.5');

    // The run is deleted: the queue, which keeps it as what was done, says that there is nothing left of it.
    await page.keyboard.press('Escape');
    const item = page.getByTestId('queue-item');
    const runId = await page.getByTestId('run-row').getAttribute('data-run');
    rmSync(join(granary.workspace, 'runs', runId!), { recursive: true });
    await expect(page.getByTestId('run-row')).toHaveCount(0);
    await page.keyboard.press('Control+3');
    await expect(item).toHaveAttribute('data-state', 'finished');
    await expect(item).toContainText('Its folder is gone.');
    await expect(item.getByRole('button', { name: /^Open/ })).toHaveCount(0);
    expect(granary.complaints).toEqual([]);
  } finally {
    await granary.close();
    folder.remove();
  }
});
