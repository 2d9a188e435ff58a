import { expect, test } from '@playwright/test';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { runResultSchema } from '../../shared/records/run-record.ts';
import { FileApp } from './support/app.ts';

/** The runs table as a file, of runs that nobody had to train. */
const granary = new FileApp();
const workspace = join(granary.folder, 'workspace');
const file = join(granary.folder, 'runs.csv');

/** The system's dialog cannot be driven from here; it answers with a path, or with none. */
const answerWith = (path: string | undefined): Promise<void> =>
  granary.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () =>
      Promise.resolve({ canceled: filePath === undefined, filePath: filePath ?? '' });
  }, path);
const table = () => Papa.parse<Record<string, string>>(readFileSync(file, 'utf8').trim(), { header: true });

test.beforeAll(async () => {
  const { diseases, varieties, writeRuns } = await import('../support/example-workspace.mjs');
  const targets = [
    { name: 'label', classes: diseases },
    { name: 'variety', classes: varieties },
  ];
  writeRuns(workspace, { runs: 8, epochs: 3, holdout: 60, targets });
  await granary.start();
  await granary.page.keyboard.press('Control+4');
  await expect(granary.page.getByTestId('run-row')).toHaveCount(8);
});

test('what is listed is exported: these runs in this order, these columns, this target’s figures as the folders have them', async () => {
  const { page } = granary;
  const listed = page.getByTestId('run-row');
  await page.getByRole('combobox', { name: 'Target' }).selectOption('variety');
  await page.getByRole('button', { name: 'Hold-out error', exact: true }).click();
  const best = await listed.evaluateAll((rows) => rows.map((row) => row.dataset['run']!));
  await page.getByTestId('runs-filter').fill(`-${best[3]}`);
  await expect(listed).toHaveCount(7);
  const shown = await listed.evaluateAll((rows) => rows.map((row) => row.dataset['run']!));
  expect(shown).toEqual(best.filter((_, place) => place !== 3));

  await answerWith(file);
  await page.getByRole('button', { name: 'Export as CSV…' }).click();
  await expect(page.getByTestId('toast')).toContainText(`Wrote 7 runs to ${file}`);
  const { data, meta } = table();
  const heads = await page
    .locator('thead th[title]')
    .evaluateAll((all) => all.map((head) => head.getAttribute('title')));
  expect(meta.fields).toEqual(['id', ...heads, 'target']);
  expect(data.map((row) => row['id'])).toEqual(shown);
  for (const row of data) {
    const cells = page.locator(`[data-testid="run-row"][data-run="${row['id']}"] [data-field]`);
    const text = readFileSync(join(workspace, 'runs', row['id']!, 'result.json'), 'utf8');
    const result = runResultSchema.parse(JSON.parse(text));
    if (result.status !== 'finished') throw new Error(`${row['id']} has not finished`);
    const variety = result.holdout.find(({ target }) => target === 'variety')!;
    expect(Number(row['holdout.error_rate'])).toBe(variety.errorRate);
    expect(Number(row['valid.loss'])).toBe(result.valid[1]!.loss);
    expect(row['target']).toBe('variety');
    await expect(cells.first()).toHaveText(`${(100 * variety.errorRate).toFixed(2)}%`);
  }
});

test('the keys, the palette and groups: closed ones are in the file, too; nothing is written when one changes one’s mind', async () => {
  const { page } = granary;
  await page.getByTestId('runs-filter').fill('');
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('resize');
  const heads = page.locator('tr.group button');
  const ids = await page.getByTestId('run-row').evaluateAll((rows) => rows.map((row) => row.dataset['run']!));
  await heads.first().click();
  await expect(heads.first()).toHaveAttribute('aria-expanded', 'false');
  await answerWith(undefined);
  const before = readFileSync(file, 'utf8');
  await page.keyboard.press('Control+Shift+E');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('export the runs table');
  await expect(page.getByRole('listbox').getByRole('option').first()).toContainText(
    'Export the runs table as CSV…',
  );
  expect(readFileSync(file, 'utf8')).toBe(before);
  await answerWith(file);
  await page.keyboard.press('Enter');
  await expect.poll(() => table().data.map((row) => row['id'])).toEqual(ids);
  // The key does what the button does.
  rmSync(file);
  await page.keyboard.press('Control+Shift+E');
  await expect.poll(() => existsSync(file)).toBe(true);
  expect(table().data.map((row) => row['id'])).toEqual(ids);
  await heads.first().click();
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('');
  expect(granary.complaints).toEqual([]);
});

test('a place where no file can be is told, and a table without runs is not exported', async () => {
  const { page } = granary;
  mkdirSync(join(granary.folder, 'taken.csv'));
  await answerWith(join(granary.folder, 'taken.csv'));
  await page.getByRole('button', { name: 'Export as CSV…' }).click();
  await expect(page.getByTestId('fault')).toContainText('a folder has that name');
  await page.getByTestId('runs-filter').fill('no-such-run');
  await expect(page.getByRole('button', { name: 'Export as CSV…' })).toBeDisabled();
  const other = join(granary.folder, 'none.csv');
  await answerWith(other);
  await page.keyboard.press('Control+Shift+E');
  await page.getByTestId('runs-filter').fill('');
  await expect(page.getByRole('button', { name: 'Export as CSV…' })).toBeEnabled();
  expect(existsSync(other)).toBe(false);
  expect(granary.complaints).toEqual([]);
});
