import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder, startApp } from './support/app.ts';

/** What is remembered between starts, and the keys that lead from view to view, on runs that nobody had to train. */
const folder = scratchFolder();
const workspace = join(folder.path, 'workspace');
let ids: string[];

test.beforeAll(async () => {
  const { writeRuns } = await import('../support/example-workspace.mjs');
  ids = writeRuns(workspace, { runs: 3, epochs: 2, test: 4 });
});
test.afterAll(() => folder.remove());

interface Wishes {
  panes: Record<string, number>;
  baselines: Record<string, string>;
}
function wishes(): Wishes {
  const text = readFileSync(join(folder.path, 'preferences', 'preferences.json'), 'utf8');
  return (JSON.parse(text) as { wishes: Wishes }).wishes;
}

test('a baseline is kept by workspace, and one that the page kept itself is taken over', async () => {
  const first = await startApp(folder.path);
  await first.page.evaluate(
    ([path, id]) => localStorage.setItem(`baseline ${path}`, id!),
    [workspace, ids[0]!],
  );
  await first.page.reload();
  await first.page.keyboard.press('Control+4');
  // (Its figures' differences name the baseline, too.)
  const badge = (page: typeof first.page, id: string) =>
    page.locator(`[data-testid="run-row"][data-run="${id}"]`).getByText('baseline', { exact: true });
  await expect(badge(first.page, ids[0]!)).toBeVisible();
  expect(wishes().baselines).toEqual({ [workspace]: ids[0] });
  const left = await first.page.evaluate(() => Object.keys(localStorage));
  expect(left.filter((key) => key.startsWith('baseline'))).toEqual([]);
  await first.page.locator(`[data-run="${ids[1]!}"]`).getByRole('checkbox').check();
  await first.page.getByRole('button', { name: 'Make it the baseline' }).click();
  await expect(badge(first.page, ids[1]!)).toBeVisible();
  await expect.poll(() => wishes().baselines).toEqual({ [workspace]: ids[1] });
  await first.close();

  const second = await startApp(folder.path);
  await second.page.keyboard.press('Control+4');
  await expect(badge(second.page, ids[1]!)).toBeVisible();
  await expect(badge(second.page, ids[0]!)).toBeHidden();
  expect(second.complaints).toEqual([]);
  await second.close();
});

test('panes are made wider with the keyboard, are so after a restart, and go back with a double click', async () => {
  const first = await startApp(folder.path);
  const open = async (page: typeof first.page) => {
    await page.keyboard.press('Control+6');
    await page.getByRole('button', { name: /^Take the/ }).click();
    const divider = page.getByRole('separator', { name: 'Width of the ensemble’s figures' });
    await expect(divider).toBeVisible();
    return divider;
  };
  const divider = await open(first.page);
  const before = Number(await divider.getAttribute('aria-valuenow'));
  const widthOf = async (page: typeof first.page) =>
    Math.round((await page.getByTestId('together').boundingBox())!.width);
  expect(await widthOf(first.page)).toBe(before);
  await divider.focus();
  await first.page.keyboard.press('ArrowLeft');
  await first.page.keyboard.press('ArrowLeft');
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 32));
  await expect.poll(() => wishes().panes['ensemble-figures']).toBe(before + 32);
  await first.close();

  const second = await startApp(folder.path);
  const again = await open(second.page);
  await expect(again).toHaveAttribute('aria-valuenow', String(before + 32));
  expect(await widthOf(second.page)).toBe(before + 32);
  await again.dblclick();
  await expect(again).toHaveAttribute('aria-valuenow', String(before));
  expect(second.complaints).toEqual([]);
  await second.close();
});

test('Ctrl+F goes to the search of a view that has one, Ctrl+J to the queue and back', async () => {
  const { app, page, complaints, close } = await startApp(folder.path);
  await page.keyboard.press('Control+4');
  await page.getByTestId('run-row').first().getByRole('button').click();
  await expect(page.getByTestId('run-name')).toBeVisible();
  await page.keyboard.press('Control+f');
  await expect(page.getByTestId('runs-filter')).toBeFocused();

  await page.keyboard.press('Control+j');
  await expect(page.getByRole('heading', { level: 1, name: 'Queue' })).toBeVisible();
  // Nothing is searched here: the key does nothing.
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('heading', { level: 1, name: 'Queue' })).toBeVisible();
  await page.keyboard.press('Control+j');
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('find in this');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('runs-filter')).toBeFocused();
  const menu = await app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()!.items.flatMap(({ submenu }) =>
      submenu!.items.flatMap(({ label, accelerator }) => (accelerator ? [[label, String(accelerator)]] : [])),
    ),
  );
  expect(Object.fromEntries(menu)).toMatchObject({
    'Find in this view': 'CmdOrCtrl+F',
    'Jump to what trains, and back': 'CmdOrCtrl+J',
    'Export…': 'CmdOrCtrl+Shift+E',
  });
  // No key stands for two things.
  const keys = menu.map(([, key]) => key!.toLowerCase());
  expect(keys).toEqual([...new Set(keys)]);
  expect(complaints).toEqual([]);
  await close();
});
