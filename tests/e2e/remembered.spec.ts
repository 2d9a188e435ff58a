import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileApp } from './support/app.ts';

/** What is remembered between starts, and the keys that lead from view to view, on runs that nobody had to train. */
const granary = new FileApp();
const { workspace } = granary;
let ids: string[];

test.beforeAll(async () => {
  const { writeRuns } = await import('../support/example-workspace.mjs');
  ids = writeRuns(workspace, { runs: 3, epochs: 2, test: 4 });
});
// Each test starts the app itself, some of them again.
test.afterEach(() => granary.close());

interface Wishes {
  panes: Record<string, number>;
  baselines: Record<string, string>;
}
function wishes(): Wishes {
  const text = readFileSync(join(granary.folder, 'preferences', 'preferences.json'), 'utf8');
  return (JSON.parse(text) as { wishes: Wishes }).wishes;
}

test('a baseline is kept by workspace, and one that the page kept itself is taken over', async () => {
  await granary.start();
  await granary.page.evaluate(
    ([path, id]) => localStorage.setItem(`baseline ${path}`, id!),
    [workspace, ids[0]!],
  );
  await granary.page.reload();
  await granary.page.keyboard.press('Control+4');
  // (Its figures' differences name the baseline, too.)
  const badge = (id: string) =>
    granary.page.locator(`[data-testid="run-row"][data-run="${id}"]`).getByText('baseline', { exact: true });
  await expect(badge(ids[0]!)).toBeVisible();
  await expect.poll(() => wishes().baselines).toEqual({ [workspace]: ids[0] });
  const left = (): Promise<string[]> =>
    granary.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('baseline')));
  await expect.poll(left).toEqual([]);
  await granary.page.locator(`[data-run="${ids[1]!}"]`).getByRole('checkbox').check();
  await granary.page.getByRole('button', { name: 'Make it the baseline' }).click();
  await expect(badge(ids[1]!)).toBeVisible();
  await expect.poll(() => wishes().baselines).toEqual({ [workspace]: ids[1] });
  await granary.close();

  await granary.start();
  await granary.page.keyboard.press('Control+4');
  await expect(badge(ids[1]!)).toBeVisible();
  await expect(badge(ids[0]!)).toBeHidden();
  expect(granary.complaints).toEqual([]);
});

test('panes are made wider with the keyboard, are so after a restart, and go back with a double click', async () => {
  await granary.start();
  const open = async () => {
    const { page } = granary;
    await page.keyboard.press('Control+6');
    await page.getByRole('button', { name: /^Take the/ }).click();
    const divider = page.getByRole('separator', { name: 'Width of the ensemble’s figures' });
    await expect(divider).toBeVisible();
    return divider;
  };
  const divider = await open();
  const before = Number(await divider.getAttribute('aria-valuenow'));
  const widthOf = async () => Math.round((await granary.page.getByTestId('together').boundingBox())!.width);
  expect(await widthOf()).toBe(before);
  await divider.focus();
  await granary.page.keyboard.press('ArrowLeft');
  await granary.page.keyboard.press('ArrowLeft');
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 32));
  await expect.poll(() => wishes().panes['ensemble-figures']).toBe(before + 32);
  await granary.close();

  await granary.start();
  const again = await open();
  await expect(again).toHaveAttribute('aria-valuenow', String(before + 32));
  expect(await widthOf()).toBe(before + 32);
  await again.dblclick();
  await expect(again).toHaveAttribute('aria-valuenow', String(before));
  expect(granary.complaints).toEqual([]);
});

test('Ctrl+F goes to the search of a view that has one, Ctrl+J to the queue and back', async () => {
  await granary.start();
  const { app, page } = granary;
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
  expect(granary.complaints).toEqual([]);
});
