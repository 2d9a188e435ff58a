import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNotesSchema } from '../../shared/records/run-notes.ts';
import { runResultSchema } from '../../shared/records/run-record.ts';
import { FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { cli, percent, writeTrainedRuns } from './support/trained-runs.ts';

/** The table of a workspace of many runs. */
const granary = new FileApp();
const workspace = join(granary.folder, 'workspace');
let ids: string[];

const notesOf = (id: string) =>
  runNotesSchema.parse(JSON.parse(readFileSync(join(workspace, 'runs', id, 'notes.json'), 'utf8')));
const row = (id: string) => granary.page.locator(`[data-testid="run-row"][data-run="${id}"]`);

test.beforeAll(async () => {
  ids = await writeTrainedRuns(workspace);
  await granary.start();
});

test.beforeEach(() => granary.page.keyboard.press('Control+4'));

test('the usual columns fit a window of 1,360 and of 1,240 pixels, the last one whole', async () => {
  const { app, page } = granary;
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  const before = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getContentSize(),
  );
  for (const width of [1360, 1240]) {
    await app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]!.setContentSize(size, 820),
      width,
    );
    const beyond = (): Promise<number> =>
      page.getByTestId('runs-scroll').evaluate((table) => table.scrollWidth - table.clientWidth);
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
    await expect.poll(beyond, { message: `${width} pixels` }).toBeLessThanOrEqual(0);
  }
  await app.evaluate(
    ({ BrowserWindow }, [width, height]) => BrowserWindow.getAllWindows()[0]!.setContentSize(width!, height!),
    before,
  );
});

test('what is noted of a run has its place in a narrow window: colours keep their size', async () => {
  const { app, page } = granary;
  const resize = (width: number): Promise<void> =>
    app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]!.setContentSize(size, 820),
      width,
    );
  await resize(860);
  await row(ids[0]!).getByRole('button').first().click();
  const notes = page.getByRole('region', { name: 'What is noted of this run' });
  const swatches = notes.getByRole('button', { name: /^Colour \d/ });
  await expect(swatches).toHaveCount(8);
  const widths = await swatches.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
  expect(widths).toEqual(widths.map(() => 20));
  const beyond = await notes.evaluate((card) => card.scrollWidth - card.clientWidth);
  expect(beyond).toBeLessThanOrEqual(0);
  await page.keyboard.press('Escape');
  await resize(1240);
});

test('runs are found, sorted, grouped and shown with the columns that are chosen, which are remembered', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  for (const id of ids.slice(0, 3)) {
    const result = runResultSchema.parse(
      JSON.parse(readFileSync(join(workspace, 'runs', id, 'result.json'), 'utf8')),
    );
    if (result.status !== 'finished') throw new Error(id);
    await expect(row(id).locator('[data-field="holdout.error_rate"]')).toHaveText(
      percent(result.holdout[0]!.errorRate),
    );
    await expect(row(id).locator('[data-field="valid.error_rate.best"]')).toHaveText(
      percent(result.best.errorRate),
    );
  }
  await expect(page.getByTestId('pictures-note')).toContainText('2 datasets');

  await page.getByTestId('runs-filter').fill('nosuchrun');
  await expect(page.getByTestId('run-row')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(9);

  // The same terms give the same runs on the command line.
  const filter = 'dataset=paddy arch~convnext holdout.error_rate<50%';
  await page.getByTestId('runs-filter').fill(filter);
  const listed = JSON.parse(
    cli(workspace, 'runs', '--json', '--filter', filter, '--sort', 'holdout.error_rate'),
  ) as {
    run: string;
  }[];
  expect(listed.length).toBeGreaterThan(1);
  await page.getByRole('button', { name: /^Hold-out error/ }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(listed.length);
  const shown = await page
    .getByTestId('run-row')
    .evaluateAll((rows) => rows.map((one) => one.dataset['run']));
  expect(shown).toEqual(listed.map(({ run }) => run));
  await page.getByTestId('runs-filter').fill('eror<1');
  await expect(page.getByText('Runs have no "eror"')).toBeVisible();
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  await page.getByTestId('runs-filter').fill('');

  await page.getByLabel('Group by').selectOption('dataset');
  const head = page.getByRole('button', { name: /^▸?\s*paddy 8 runs/ });
  await expect(head).toHaveAttribute('aria-expanded', 'true');
  await head.click();
  await expect(page.getByTestId('run-row')).toHaveCount(1);
  await page.getByLabel('Group by').selectOption('');

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByPlaceholder('Find a figure or setting').fill('lr');
  const panel = page.getByRole('group', { name: 'Columns', exact: true });
  expect(await panel.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
  await page.getByLabel('Further columns').getByText('lr', { exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'lr', exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'lr', exact: true })).toBeVisible();
});

test('runs are tagged, renamed, noted and archived, which can be taken back, and the command line sees it', async () => {
  const { page } = granary;
  const [first, second] = ids as [string, string];
  await row(first).getByRole('checkbox').check();
  await row(second).getByRole('checkbox').check();
  const bar = page.getByTestId('marked-bar');
  await bar.getByRole('button', { name: 'Tags' }).click();
  await page.getByLabel('New tag').fill('two words');
  await expect(page.getByRole('button', { name: 'Tag them' })).toBeDisabled();
  await page.getByLabel('New tag').fill('night2');
  await page.getByRole('button', { name: 'Tag them' }).click();
  await expect(row(second)).toContainText('night2');
  expect(notesOf(first).tags).toEqual(['night2']);
  expect(JSON.parse(cli(workspace, 'runs', '--json', '--filter', 'tag=night2'))).toHaveLength(2);

  await bar.getByRole('button', { name: 'Archive' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(7);
  expect(notesOf(second).archived).toBe(true);
  // The tags' notice is still there, but does not offer to take back what was done after it.
  await expect(page.getByTestId('toast')).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  // Nor does what was taken back leave a button that would take back something else.
  await expect(page.getByTestId('toast').last()).toContainText('Taken back: Archived');
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  expect(notesOf(first).tags).toEqual(['night2']);
  expect(notesOf(second).archived).toBe(false);

  await row(first).getByRole('button').first().click();
  await page.getByTestId('rename').fill('the baseline');
  await page.getByTestId('rename').press('Enter');
  await expect(page.getByTestId('run-name')).toHaveText('the baseline');
  await expectAccessible(page, 'a run of pictures');
  await page.getByTestId('note').fill('loss jumps at epoch 4');
  await page.getByTestId('note').blur();
  await expect.poll(() => notesOf(first).note).toBe('loss jumps at epoch 4');
  // Both targets are named where there are two.
  await expect(page.getByText('With TTA, label')).toBeVisible();
  await expect(page.getByText('On the hold-out, label')).toBeVisible();
  await page.getByText('What the worker printed').click();
  await expect(page.getByRole('group', { name: 'worker.log' })).toContainText('trained 6 epochs');
  await page.keyboard.press('Escape');

  // What another process notes is shown as it comes.
  cli(workspace, 'rename', second, 'renamed outside');
  await expect(row(second)).toContainText('renamed outside');
});

test('a baseline shows differences, marked where they are of other pictures', async () => {
  const { page } = granary;
  await row(ids[0]!).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Make it the baseline' }).click();
  // Every third run has the same validation pictures (see the example workspace); the hold-out is common.
  await expect(row(ids[1]!).getByTestId('difference').first()).not.toContainText('≠');
  await expect(row(ids[1]!).getByTestId('difference').nth(1)).toContainText('≠');
  await expect(row(ids[3]!).getByTestId('difference').nth(1)).not.toContainText('≠');
  await expectAccessible(page, 'runs with a baseline');
  await page.getByRole('button', { name: 'No baseline' }).click();
  await page.getByRole('button', { name: 'Unmark' }).click();
});

test('the table is walked with the keyboard alone', async () => {
  const { page } = granary;
  await page.getByTestId('run-row').first().getByRole('button').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('run-row').nth(2).getByRole('button')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('run-row').nth(2).getByRole('checkbox')).toBeChecked();
  await page.getByRole('button', { name: 'Unmark' }).click();
});
