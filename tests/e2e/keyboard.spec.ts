import { expect, type Locator, test } from '@playwright/test';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { focused, walked } from './support/keyboard.ts';
import { drawPictures } from './support/pictures.ts';
import { undo } from './support/undo.ts';

/**
 * Every view with the keyboard alone: all of it is reached and shown as reached, and the keyboard's place is kept when things go away. Each
 * test goes on where the one before ended.
 */
const granary = new FileApp();
let ids: string[];

test.beforeAll(async () => {
  const { diseases, writeRuns } = await import('../support/example-workspace.mjs');
  const targets = [{ name: 'label', classes: diseases }];
  ids = writeRuns(join(granary.folder, 'workspace'), { runs: 6, epochs: 2, holdout: 100, test: 6, targets });
  await granary.start();
});

const row = (id: string): Locator => granary.page.locator(`[data-testid="run-row"][data-run="${id}"]`);
test('all of each view is reached with Tab, has a name, and shows that it is reached', async () => {
  const { page } = granary;
  const go = (name: string): Promise<void> =>
    page.getByRole('navigation').getByRole('button', { name }).click();
  const expectWalk = async (what: string, least: number): Promise<void> => {
    const { stops, faults } = await walked(page);
    expect(faults, what).toEqual([]);
    expect(stops, what).toBeGreaterThanOrEqual(least);
  };
  await go('Dataset');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectWalk('first minute', 2);
  await go('Runs');
  await expect(page.getByTestId('run-row')).toHaveCount(6);
  await page.getByLabel('Mark all runs').check();
  await expectWalk('runs', 20);
  await go('Compare');
  await expect(page.getByTestId('confusion')).toHaveCount(6);
  await expectWalk('compare', 20);
  await go('Ensemble');
  await page.getByRole('button', { name: /^Take the/ }).click();
  await expect(page.getByTestId('ensemble-error')).toHaveText(/%$/);
  await expectWalk('ensemble', 20);
  await go('Predict');
  await expect(page.getByTestId('predict-source')).toBeVisible();
  await expectWalk('predict', 3);
  await go('Settings');
  await expect(page.getByTestId('cache').first()).toBeVisible();
  await expectWalk('settings', 8);
  await go('Runs');
  await row(ids[0]!).getByRole('button').click();
  await expect(page.getByTestId('run-name')).toBeVisible();
  await expectWalk('run', 10);
  await page.keyboard.press('Escape');
  expect(granary.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

test('so is all of a dataset’s tabs and of a grid', async () => {
  const { page } = granary;
  const pictures = join(granary.folder, 'shapes');
  await drawPictures(pictures, 4);
  copyFileSync(join(pictures, 'discs', 'discs-0.jpg'), join(pictures, 'rings', 'copy.jpg'));
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  const expectWalk = async (what: string, least: number): Promise<void> => {
    const { stops, faults } = await walked(page);
    expect(faults, what).toEqual([]);
    expect(stops, what).toBeGreaterThanOrEqual(least);
  };
  await expectWalk('overview', 8);
  await page.getByRole('tab', { name: /^Pictures/ }).click();
  await page.locator('[data-index="2"]').click();
  await expect(page.getByTestId('picture-detail')).toBeVisible();
  await expectWalk('pictures', 9);
  await page.getByRole('tab', { name: /^Copies/ }).click();
  await expect(page.getByTestId('copy-group')).toBeVisible();
  await expectWalk('copies', 3);
  await page.getByRole('tab', { name: 'Preview' }).click();
  await expectWalk('preview', 10);
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await page.getByText('resnet18', { exact: true }).click();
  await page.getByLabel('Sizes').fill('32, 40');
  await page.getByText('More settings').click();
  await expect(page.getByTestId('preview-count')).toHaveText('2 runs');
  await expectWalk('grid', 20);
});

test('the list of architectures is one stop: arrows go through it, Space chooses, a letter searches', async () => {
  const { page } = granary;
  const list = page.getByRole('listbox', { name: 'Architectures' });
  const options = list.getByRole('option');
  const stops = list.locator('[role="option"][tabindex="0"]');
  await expect(stops).toHaveCount(1);
  await expect(stops).toContainText('resnet18');
  await expect(stops).toHaveAttribute('aria-selected', 'true');
  const search = page.getByLabel('Search architectures');
  await search.focus();
  await page.keyboard.press('Tab');
  await expect(stops).toBeFocused();
  await page.keyboard.press('Home');
  await expect(options.first()).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(options.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(options.nth(2)).toBeFocused();
  await expect(stops).toHaveCount(1);
  await page.keyboard.press('Space');
  await expect(options.nth(2)).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText('2 chosen')).toBeVisible();
  await expect(page.getByTestId('preview-count')).toHaveText('4 runs');
  await page.keyboard.press('Enter');
  await expect(options.nth(2)).toHaveAttribute('aria-selected', 'false');
  await page.keyboard.press('End');
  await expect(options.last()).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(list.locator(':focus')).toHaveCount(0);

  await page.keyboard.press('Shift+Tab');
  await page.keyboard.type('vit');
  await expect(search).toBeFocused();
  await expect(search).toHaveValue('vit');
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toBeFocused();
  // Another letter begins another search.
  await page.keyboard.type('resnet18');
  await expect(search).toHaveValue('resnet18');
  await expect(stops).toHaveCount(1);
  await search.fill('');
});

test('what could be scrolled and does not need to be is no stop', async () => {
  const { page } = granary;
  const weights = page.getByRole('group', { name: 'Weights of the chosen architectures' });
  await expect(weights).toBeVisible();
  await expect(weights).not.toHaveAttribute('tabindex');
  // With many architectures it scrolls.
  const options = page.getByRole('listbox', { name: 'Architectures' }).getByRole('option');
  for (let place = 0; place < 9; place += 1) await options.nth(place).click();
  await expect(weights).toHaveAttribute('tabindex', '0');
  await expectAccessible(page, 'grid with many architectures');
  for (let place = 0; place < 9; place += 1) await options.nth(place).click();
  await expect(weights).not.toHaveAttribute('tabindex');
});

test('what takes the place of something that goes away has the focus then', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+6');
  const members = page.getByTestId('member');
  await expect(members).toHaveCount(6);
  const away = (place: number): Locator => members.nth(place).getByRole('button', { name: /^Take/ });
  const third = await away(2).getAttribute('aria-label');
  await away(1).focus();
  await page.keyboard.press('Enter');
  await expect(members).toHaveCount(5);
  await expect.poll(() => focused(page)).toBe(third);
  await expect(away(1)).toBeFocused();
  // The last one hands it to the one before.
  await away(4).focus();
  await page.keyboard.press('Enter');
  await expect(members).toHaveCount(4);
  await expect(away(3)).toBeFocused();

  // A run that is taken out of a comparison.
  await page.keyboard.press('Control+5');
  const compared = page.getByTestId('compared');
  await expect(compared).toHaveCount(6);
  await compared.nth(2).getByRole('button').focus();
  await page.keyboard.press('Space');
  await expect(compared).toHaveCount(5);
  await expect(compared.nth(2).getByRole('button')).toBeFocused();
});

test('a view that was left by a button of its own hands the focus to the next one', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+5');
  await page.getByRole('button', { name: /^(Choose runs|Go to the runs)$/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
  await expect(page.getByRole('main', { name: 'Runs' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect.poll(() => focused(page)).not.toBe('nothing');

  // One that was left by the sidebar or a key leaves it there.
  const nav = page.getByRole('navigation').getByRole('button', { name: 'Predict' });
  await nav.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Predict' })).toBeVisible();
  await expect(nav).toBeFocused();
});

test('the table of runs keeps the keyboard where it is: at a head that sorts, at a run that moves, at the run whose page was open', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  const rows = page.getByTestId('run-row');
  await rows.first().getByRole('button').focus();
  const head = page.getByRole('button', { name: 'Hold-out error', exact: true });
  const listed = (): Promise<string[]> =>
    rows.evaluateAll((all) => all.map((one) => one.dataset['run'] ?? ''));
  const before = await listed();
  await head.focus();
  await page.keyboard.press('Enter');
  await expect.poll(listed).not.toEqual(before);
  await expect(head).toBeFocused();

  // Another process gives the first run a name that comes last.
  await page.getByRole('button', { name: 'Run', exact: true }).focus();
  await page.keyboard.press('Enter');
  const [first] = (await listed()) as [string];
  await row(first).getByRole('button').focus();
  const notes = join(granary.folder, 'workspace', 'runs', first, 'notes.json');
  writeFileSync(notes, JSON.stringify({ version: 1, name: 'zzz', tags: [], note: '', archived: false }));
  await expect(rows.last()).toContainText('zzz');
  await expect(row(first).getByRole('button')).toBeFocused();

  // What marks are for goes away when it was used: the row that the keyboard was at has it then.
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await rows.nth(3).getByRole('checkbox').focus();
  await page.keyboard.press('Space');
  const unmark = page.getByRole('button', { name: 'Unmark' });
  await unmark.focus();
  await page.keyboard.press('Enter');
  await expect(unmark).toBeHidden();
  await expect(rows.nth(3).getByRole('button')).toBeFocused();
  await rows.nth(3).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Archive', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(3).getByRole('button')).toBeFocused();
  await undo(page, 'Archived');
  await expect(rows).toHaveCount(6);
  await page.getByLabel('Mark all runs').check();
  await rows.first().getByRole('checkbox').uncheck();
  await row(first).getByRole('button').focus();

  // A run's page begins at its beginning, and leads back to its row.
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('run-name')).toHaveText('zzz');
  await expect(page.getByRole('button', { name: 'All runs' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row(first).getByRole('button')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(rows.nth(4).getByRole('button')).toBeFocused();
});

test('who has pressed elsewhere is not taken back to what was left', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  await page.getByTestId('runs-filter').focus();
  // Where nothing takes the focus.
  await page.getByText('Granary', { exact: true }).click();
  await expect.poll(() => focused(page)).toBe('nothing');
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible();
  expect(await focused(page)).toBe('nothing');
});

test('a dialog, a menu and a panel give the focus back', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  const columns = page.getByRole('button', { name: 'Columns' });
  await columns.focus();
  for (const [keys, open] of [
    ['Control+k', page.getByRole('dialog')],
    ['?', page.getByTestId('shortcuts')],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(open).toBeVisible();
    await expect(columns).not.toBeFocused();
    await page.keyboard.press('Escape');
    await expect(open).toBeHidden();
    await expect(columns).toBeFocused();
  }
  await page.keyboard.press('Enter');
  const panel = page.getByRole('group', { name: 'Columns' });
  await page.keyboard.press('Tab');
  await expect(panel.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(columns).toBeFocused();

  // Who walks on leaves no panel open behind them.
  await page.keyboard.press('Enter');
  await expect(panel).toBeVisible();
  await page.keyboard.press('Shift+Tab');
  await expect(panel).toBeHidden();
  await expect(columns).not.toBeFocused();
});

test('a plot of runs is one stop: arrows go from run to run, Space opens one', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+5');
  for (const plot of [
    page.getByTestId('scatter').locator('path'),
    page.getByTestId('parallel').locator('path'),
  ]) {
    await expect(plot).toHaveCount(5);
    const inOrder = await plot.evaluateAll(
      (all) => all.filter((one) => one.getAttribute('tabindex') === '0').length,
    );
    expect(inOrder).toBe(1);
    await plot.first().focus();
    await page.keyboard.press('ArrowRight');
    await expect(plot.nth(1)).toBeFocused();
    await page.keyboard.press('End');
    await expect(plot.last()).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(plot.last()).toBeFocused();
    await page.keyboard.press('Home');
    await expect(plot.first()).toBeFocused();
  }
  const name = (await page.getByTestId('scatter').locator('path').first().getAttribute('aria-label'))!;
  await page.getByTestId('scatter').locator('path').first().focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('run-name')).toHaveText(name.split(':')[0]!);
});

test('a table whose rows all fit is whole where it opens at a run, and Tab leads into whatever a filter leaves of it', async () => {
  const { app, page } = granary;
  const { writeRuns } = await import('../support/example-workspace.mjs');
  writeRuns(join(granary.folder, 'workspace'), { runs: 14, epochs: 1, seed: 9 });
  const zoom = (factor: number) =>
    app.evaluate(({ BrowserWindow }, to) => {
      BrowserWindow.getAllWindows()[0]!.webContents.setZoomFactor(to);
    }, factor);
  await zoom(0.5);
  await page.keyboard.press('Escape');
  const rows = page.getByTestId('run-row');
  await expect(rows).toHaveCount(20);
  const last = (await rows.last().getAttribute('data-run'))!;
  await row(last).getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('run-name')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(last).getByRole('button')).toBeFocused();
  await expect(rows).toHaveCount(20);

  // Another process deletes the run that the keyboard is at: the table has it, and arrows go on from there.
  const third = (await rows.nth(2).getAttribute('data-run'))!;
  await row(third).getByRole('button').focus();
  rmSync(join(granary.folder, 'workspace', 'runs', third), { recursive: true });
  await expect(rows).toHaveCount(19);
  await expect(page.getByTestId('runs-scroll')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(rows.nth(1).getByRole('button')).toBeFocused();

  const name = (await row(last).getByRole('button').getAttribute('aria-label'))!;
  await page.getByTestId('runs-filter').fill(last);
  await expect(rows).toHaveCount(1);
  await page.getByTestId('runs-scroll').getByRole('button').nth(-2).focus();
  await page.keyboard.press('Tab');
  await expect.poll(() => focused(page)).toBe(`Mark ${name}`);
  await page.getByTestId('runs-filter').fill('');
  await zoom(1);
});
