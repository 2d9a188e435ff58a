import { expect, test } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder, startApp } from './support/app.ts';

test('the window comes back as it was left, and damaged preferences mean the defaults', async () => {
  const folder = scratchFolder();
  const first = await startApp(folder.path);
  await first.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.setBounds({ width: 1010, height: 640 }),
  );
  await first.close();

  const second = await startApp(folder.path);
  const size = await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getNormalBounds(),
  );
  expect(size).toMatchObject({ width: 1010, height: 640 });
  await second.close();

  writeFileSync(join(folder.path, 'preferences', 'preferences.json'), '{ "bounds": [broken');
  const third = await startApp(folder.path);
  const fresh = await third.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getNormalBounds(),
  );
  expect(fresh.width).toBe(1240);
  expect(third.complaints).toEqual([]);
  await third.close();
  folder.remove();
});

test('every view is reached and used with the keyboard alone', async () => {
  const folder = scratchFolder();
  const { page, complaints, close } = await startApp(folder.path);
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
  expect(complaints).toEqual([]);
  await close();
  folder.remove();
});
