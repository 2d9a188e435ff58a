import { expect, test } from '@playwright/test';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { resize } from './support/fits.ts';
import { drawPictures, labels } from './support/pictures.ts';

/** What a table's columns are for, and the targets that they make; each test goes on where the one before ended. */
const granary = new FileApp();
const pictures = join(granary.folder, 'shapes');

test.beforeAll(async () => {
  await drawPictures(pictures, 8);
  await granary.start();
});

test('a table whose columns cannot be guessed is read as somebody says', async () => {
  const { page } = granary;
  const graded = join(granary.folder, 'graded');
  mkdirSync(graded);
  const rows = [0, 1, 2, 3].map((index) => {
    copyFileSync(join(pictures, 'bars', `bars-${index}.jpg`), join(graded, `${index}.jpg`));
    return `${index}.jpg,${index % 2},${index < 2 ? 1 : 2}`;
  });
  writeFileSync(join(graded, 'train.csv'), `id,stage,grade\n${rows.join('\n')}\n`);
  // On Predict, too, a folder is a dataset while nothing can predict.
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await expect(page.getByText('Nothing can predict yet')).toBeVisible();
  await dropOnWindow(page, graded);
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', 'DATASET_BAD_COLUMNS');
  const ask = page.getByRole('region', { name: 'What are its columns?' });
  await expect(ask.getByRole('button', { name: 'Read it so' })).toBeDisabled();
  // What was said stays where it is refused, for whatever reason.
  const readSo = async (fault: string | RegExp): Promise<void> => {
    await ask.getByRole('button', { name: 'Read it so' }).click();
    await expect(page.getByTestId('fault')).toContainText(fault);
  };
  await ask.getByLabel('Use of id').selectOption('to be predicted');
  await readSo('looks like a label');
  await expect(ask.getByLabel('Use of id')).toHaveValue('target');
  await ask.getByLabel('Use of id').selectOption('not used');
  await ask.getByLabel('Use of stage').selectOption('picture');
  await readSo('No usable picture is left');
  await expect(ask.getByLabel('Use of stage')).toHaveValue('image');
  await ask.getByLabel('Use of id').selectOption('picture');
  await expect(ask.getByLabel('Use of stage')).toHaveValue('ignore');
  await ask.getByLabel('Use of grade').selectOption('to be predicted');
  await expectAccessible(page, 'columns to be said');
  await ask.getByRole('button', { name: 'Read it so' }).click();
  await expect(page.getByTestId('dataset-name')).toHaveText('graded');
  await expect(ask).toBeHidden();
  await expect(page.locator('[data-testid=column][data-name=grade]').getByRole('combobox')).toHaveValue(
    'target',
  );
  // A view begins at its top, however far down the one before was scrolled.
  const main = page.getByRole('main');
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await expect(main.getByRole('heading', { name: 'Grid', exact: true })).toBeVisible();
  await main.evaluate((element) => element.scrollTo(0, 300));
  expect(await main.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('heading', { name: 'Runs', exact: true })).toBeVisible();
  await expect.poll(() => main.evaluate((element) => element.scrollTop)).toBe(0);
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
});

test('the columns of a table are guessed, shown and can be changed', async () => {
  const { page } = granary;
  const table = join(granary.folder, 'table');
  mkdirSync(join(table, 'train_images'), { recursive: true });
  const lines = ['image_id,label,season'];
  for (const label of labels)
    for (let index = 0; index < 8; index += 1) {
      const name = `${label}-${index}.jpg`;
      copyFileSync(join(pictures, label, name), join(table, 'train_images', name));
      lines.push(`${name},${label},${['spring', 'autumn'][index % 2]}`);
    }
  writeFileSync(join(table, 'train.csv'), `${lines.join('\n')}\n`);
  await dropOnWindow(page, table);
  await expect(page.getByTestId('dataset-name')).toHaveText('table');
  await expect(page.getByTestId('train-count')).toHaveText('24');
  await expect(page.getByLabel('Use of image_id')).toHaveValue('image');
  await expect(page.getByLabel('Use of label')).toHaveValue('target');
  await expectAccessible(page, 'dataset, columns');

  await page.getByLabel('Use of label').selectOption('ignore');
  await page.getByLabel('Use of season').selectOption('target');
  await expect(page.getByTestId('class-row')).toHaveCount(2);
  await expect(page.getByTestId('class-row').first()).toContainText('12');

  // Without a target there is nothing to learn: what the columns are is asked for.
  await page.getByLabel('Use of season').selectOption('ignore');
  await expect(page.getByTestId('fault')).toContainText('is to be predicted');
  const ask = page.getByRole('region', { name: 'What are its columns?' });
  await expect(ask.getByLabel('Use of image_id')).toHaveValue('image');
  await ask.getByLabel('Use of season').selectOption('target');
  await ask.getByRole('button', { name: 'Read it so' }).click();
  await expect(page.getByTestId('class-row')).toHaveCount(2);
  await expect(page.getByTestId('fault')).toBeHidden();
  expect(granary.complaints).toEqual([]);
});

test('a count of two targets opens the pictures that have both', async () => {
  const { page } = granary;
  await page.getByLabel('Use of label').selectOption('target');
  const cell = page.getByRole('button', { name: '4 pictures of discs and autumn' });
  await expect(page.getByTestId('cross-cell')).toHaveCount(6);
  // Both are counted; the table of columns keeps to its card also in a small window.
  const head = page.getByRole('main').locator('dl').first();
  await expect(head).toContainText(/label\s*3\s*classes\s*season\s*2\s*classes/);
  await resize(granary, 1000, 700);
  const columns = page.getByRole('region', { name: 'Columns' });
  const inside = (await columns.locator('header').boundingBox())!;
  const table = (await columns.getByRole('table').boundingBox())!;
  expect(table.x + table.width).toBeLessThanOrEqual(inside.x + inside.width + 1);
  await resize(granary, 1240, 800);
  await expectAccessible(page, 'dataset, cross-table');
  await cell.click();
  await expect(page.getByTestId('picture-total')).toHaveText('4 pictures');
  const grid = page.getByTestId('picture-grid');
  await expect(grid.getByRole('gridcell')).toHaveText(Array.from({ length: 4 }, () => 'discs · autumn'));
  // Every second one is of autumn.
  await grid.locator('[data-index="0"]').click();
  await expect(page.getByTestId('picture-detail')).toContainText('discs-1.jpg');
  // Tiles are used again for other pictures: each shows the one that it stands for.
  await expect
    .poll(() => grid.locator('canvas').evaluateAll((all) => all.map(({ dataset }) => dataset['shown'])))
    .toEqual([1, 3, 5, 7].map((index) => expect.stringContaining(`discs-${index}.jpg`) as unknown as string));
  const inked = await grid
    .locator('canvas')
    .evaluateAll((all) =>
      (all as HTMLCanvasElement[]).map(
        (canvas) =>
          new Set(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data).size > 20,
      ),
    );
  expect(inked).toEqual([true, true, true, true]);
  await page.keyboard.press('End');
  await expect(page.getByTestId('picture-detail')).toContainText('discs-7.jpg');
  expect(granary.complaints).toEqual([]);
});

test('the grid shows the runs that it makes, and says what is wrong with it', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+2');
  await page.getByText('resnet18', { exact: true }).click();
  await page.getByText('convnext_atto', { exact: true }).click();
  await page.getByText('crop', { exact: true }).click();
  await page.getByLabel('Sizes').fill('64, 96x128');
  await expect(page.getByTestId('preview-count')).toHaveText('8 runs');
  await expect(page.getByTestId('preview-run').first()).toContainText('squish 96 → 64');

  await page.getByLabel('Sizes').fill('16');
  const refused = page.getByTestId('preview-run').filter({ hasText: 'convnext_atto' }).first();
  await expect(refused).toContainText('Not run: convnext_atto cannot read pictures of 16');
  await expect(page.getByTestId('preview-count')).toHaveText('2 runs');
  await page.getByLabel('Sizes').fill('64');
  await page.getByText('More settings').click();
  await page.getByLabel('Accumulation').fill('5');
  await expect(page.getByTestId('preview-fault')).toContainText('does not divide');
  await page.getByLabel('Accumulation').fill('4');
  await expect(page.getByTestId('preview-run').first()).toContainText('16 × 4 = 64');
  await page.getByLabel('Seeds').fill('1, two');
  await expect(page.getByText('"two" is not a seed')).toBeVisible();
});
