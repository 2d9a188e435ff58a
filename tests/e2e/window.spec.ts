import { expect, test } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileApp } from './support/app.ts';

const granary = new FileApp();
const bounds = () =>
  granary.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getNormalBounds());

test('the window comes back as it was left, and damaged preferences mean the defaults', async () => {
  await granary.start();
  await granary.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.setBounds({ width: 1010, height: 640 }),
  );
  // The system tells of a window's new size in its own time.
  await expect.poll(bounds).toMatchObject({ width: 1010, height: 640 });
  await granary.close();

  await granary.start();
  await expect.poll(bounds).toMatchObject({ width: 1010, height: 640 });
  await granary.close();

  writeFileSync(join(granary.folder, 'preferences', 'preferences.json'), '{ "bounds": [broken');
  await granary.start();
  await expect.poll(async () => (await bounds()).width).toBe(1240);
  expect(granary.complaints).toEqual([]);
  await granary.close();
});

test('every view is reached and used with the keyboard alone', async () => {
  await granary.start();
  const { page } = granary;
  for (const [key, heading] of [
    ['2', 'Grid'],
    ['3', 'Queue'],
    ['4', 'Runs'],
  ] as const) {
    await page.keyboard.press(`Control+${key}`);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await expect(page.getByRole('navigation').getByRole('button', { name: heading })).toHaveAttribute(
      'aria-current',
      'page',
    );
  }
  await page.getByRole('navigation').getByRole('button', { name: 'Runs' }).focus();
  await page.keyboard.press('Tab');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
  expect(outline).toBe('solid');
  expect(granary.complaints).toEqual([]);
});
