import { expect, test } from '@playwright/test';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { drawPictures, labels, shownImages } from './support/pictures.ts';
import { zipOf } from '../unit/dataset/zip-file.ts';

/** What is dropped is read, checked or refused; each test goes on where the one before ended. */
const granary = new FileApp();
const pictures = join(granary.folder, 'shapes');

test.beforeAll(async () => {
  await drawPictures(pictures, 8);
  await granary.start();
});

test('a folder with no pictures is refused with the reason and the fix, and nothing breaks', async () => {
  const { page } = granary;
  const empty = join(granary.folder, 'nothing-here');
  mkdirSync(join(empty, 'notes'), { recursive: true });
  writeFileSync(join(empty, 'notes', 'read-me.txt'), 'no picture');
  await dropOnWindow(page, empty);
  const fault = page.getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'DATASET_EMPTY');
  await expect(fault).toContainText(empty);
  const words = (await fault.locator('p').allInnerTexts()).map((text) => text.trim());
  expect(words.length).toBeGreaterThanOrEqual(2);
  await expect(page.getByRole('heading', { name: /Drop a dataset/ })).toBeVisible();

  await page.getByRole('button', { name: 'Grid', exact: false }).first().click();
  await expect(page.getByText('A grid needs a dataset first.')).toBeVisible();
  await page.keyboard.press('Control+1');
  await expect(fault).toBeVisible();
  await fault.getByRole('button', { name: 'Dismiss' }).click();
  await expect(fault).toBeHidden();
  expect(granary.complaints).toEqual([]);
});

test('a path that is gone is refused the same way', async () => {
  const { page } = granary;
  const file = join(granary.folder, 'note.txt');
  writeFileSync(file, 'not a dataset');
  await dropOnWindow(page, file);
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', /^DATASET_/);
  await page.getByTestId('fault').getByRole('button', { name: 'Dismiss' }).click();
});

test('drawing the sample dataset shows its progress and can be stopped', async () => {
  const { page } = granary;
  await page.getByRole('button', { name: 'Try the sample dataset' }).click();
  await expect(page.getByTestId('reading')).toContainText(/:\s+[1-9]\d*\s+of\s+\d+/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('heading', { name: /Drop a dataset/ })).toBeVisible();
  // A stopped drawing takes away what it had drawn, also the folder that it made.
  const samples = join(granary.workspace, 'samples');
  await expect.poll(() => readdirSync(samples)).toEqual([]);
});

test('a dropped folder shows its classes, counts and problems', async () => {
  const { page } = granary;
  writeFileSync(join(pictures, 'discs', 'broken.jpg'), 'this is no JPEG');
  copyFileSync(join(pictures, 'discs', 'discs-0.jpg'), join(pictures, 'rings', 'copy.jpg'));
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  await expect(page.getByTestId('class-count')).toHaveText(String(labels.length));
  const rows = page.getByTestId('class-row');
  await expect(rows).toHaveCount(labels.length);
  await expect(rows.filter({ hasText: 'bars' })).toContainText('8');
  // The bars have what names and counts leave.
  const counts = await rows.first().locator('td.number').boundingBox();
  expect(counts!.width).toBeLessThan(120);
  const codes = await page
    .getByTestId('problem')
    .evaluateAll((items) => items.map((item) => item.dataset['code']));
  expect(codes).toContain('unreadable');
  expect(codes).toContain('conflicting-labels');
  const conflict = page.locator('[data-code="conflicting-labels"]');
  await conflict.getByText(/^\d+ files?$/).click();
  await expect(conflict.locator('li')).toHaveCount(2);
  // Pictures that are left out are shown all the same: someone has to decide which label is right.
  await expect.poll(() => shownImages(conflict.locator('img'))).toBe(2);
  await page.locator('[data-code="unreadable"]').getByText('1 file').click();
  await expect(page.getByRole('img', { name: /broken.jpg: cannot be shown/ })).toBeVisible();
  await expectAccessible(page, 'dataset, overview');
});

test('a zip is unpacked and read; a damaged one is refused', async () => {
  const { page } = granary;
  const entries = ['cat', 'dog'].flatMap((label) =>
    [0, 1].map((index) => ({
      name: `${label}/${index}.jpg`,
      content: readFileSync(
        join(
          pictures,
          label === 'cat' ? 'discs' : 'bars',
          `${label === 'cat' ? 'discs' : 'bars'}-${index}.jpg`,
        ),
      ),
    })),
  );
  const whole = zipOf(entries);
  writeFileSync(join(granary.folder, 'cut.zip'), whole.subarray(0, whole.length / 2));
  await dropOnWindow(page, join(granary.folder, 'cut.zip'));
  const fault = page.getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'ARCHIVE_DAMAGED');
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  await fault.getByRole('button', { name: 'Dismiss' }).click();
  writeFileSync(join(granary.folder, 'pets.zip'), whole);
  await dropOnWindow(page, join(granary.folder, 'pets.zip'));
  await expect(page.getByTestId('dataset-name')).toHaveText('pets');
  await expect(page.getByTestId('train-count')).toHaveText('4');
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
});

test('settings show what the caches take, and clear one after asking', async () => {
  const { page } = granary;
  await page.getByRole('button', { name: 'Settings' }).click();
  const row = page.locator('[data-testid="cache"][data-name="thumbnails"]');
  await expect(row).toContainText(/[1-9][\d.]* [kMG]B/);
  await expectAccessible(page, 'settings with caches');
  await expect
    .poll(() => readdirSync(join(granary.workspace, 'cache', 'thumbnails')).length)
    .toBeGreaterThan(0);
  await row.getByRole('button', { name: 'Clear Thumbnails' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  expect(existsSync(join(granary.workspace, 'cache', 'thumbnails'))).toBe(true);
  await row.getByRole('button', { name: 'Clear Thumbnails' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear Thumbnails' }).click();
  // Not the end of “140 kB”, which it says before.
  await expect(row).toContainText(/(?<![\d.])0 kB/);
  expect(existsSync(join(granary.workspace, 'cache', 'thumbnails'))).toBe(false);
  // With nothing left to clear the button does nothing, and still has the keyboard.
  const clear = row.getByRole('button', { name: 'Clear Thumbnails' });
  await expect(clear).toBeDisabled();
  await expect(clear).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('radio', { name: 'Dark' }).check();
  // Playwright holds the page's own answer to light: what main was told is asked for.
  const theme = (): Promise<string> => granary.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
  await expect.poll(theme).toBe('dark');
  await page.getByRole('radio', { name: 'As the system' }).check();
  await page.getByRole('button', { name: 'Predict' }).first().click();
  await expect(page.getByText('no run of this workspace has finished')).toBeVisible();
  await page.keyboard.press('Control+1');
});
