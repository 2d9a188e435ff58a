import { expect, test } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { epochLogSchema } from '../../shared/records/run-record.ts';
import { dropOnWindow, FileApp, lives } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';
import { undo } from './support/undo.ts';

const granary = new FileApp();

/** Whether the app keeps the computer awake; blockers are numbered from the first one on. */
function sleepIsBlocked(): Promise<boolean> {
  return granary.app.evaluate(({ powerSaveBlocker }) =>
    Array.from({ length: 10 }, (_, id) => powerSaveBlocker.isStarted(id)).includes(true),
  );
}

test('waiting runs are cancelled, the training one is stopped, and closing the app while it trains leaves all in order', async () => {
  test.setTimeout(240_000);
  const pictures = join(granary.folder, 'shapes');
  await drawPictures(pictures, 16);
  await granary.start();
  let { page } = granary;
  await dropOnWindow(page, pictures);
  await setUpGrid(page, { sizes: '32, 40, 48, 56' });
  await page.getByRole('button', { name: 'Start 4 runs' }).click();

  const items = page.getByTestId('queue-item');
  await expect(items).toHaveCount(4);
  await items
    .nth(1)
    .getByRole('button', { name: /^Cancel/ })
    .click();
  await expect(items.nth(1)).toHaveAttribute('data-state', 'cancelled');

  // It trains once its memory is planned, which takes a worker's start.
  await expect.poll(sleepIsBlocked, { timeout: 30_000 }).toBe(true);
  await expect(page.getByTestId('live').getByTestId('doing')).toContainText('step', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop this run' }).click();
  await expect(items.nth(0)).toHaveAttribute('data-state', 'cancelled', { timeout: 30_000 });
  await expect(items.nth(2)).toHaveAttribute('data-state', 'running');

  // The app is closed in the middle of the third run, after its first epoch.
  await expect(page.getByTestId('live').getByTestId('error-rate')).toHaveText(/%$/, { timeout: 60_000 });
  const runId = (await items.nth(2).getAttribute('data-run'))!;
  const run = join(granary.workspace, 'runs', runId);
  const worker = JSON.parse(readFileSync(join(run, 'worker.json'), 'utf8')) as { pid: number };
  expect(lives(worker.pid)).toBe(true);
  // (A close that takes too long fails by itself.)
  await granary.close();
  expect(lives(worker.pid)).toBe(false);
  expect(existsSync(join(granary.workspace, 'scheduler.lock'))).toBe(false);
  const lines = readFileSync(join(run, 'epochs.jsonl'), 'utf8').trim().split('\n');
  for (const line of lines) epochLogSchema.parse(JSON.parse(line));

  // Opened again, it shows the run as it ended, with its epochs, and the window where it was.
  await granary.start();
  page = granary.page;
  expect(await sleepIsBlocked()).toBe(false);
  // It opens where what was interrupted is told of.
  await expect(page.getByText('2 runs were interrupted')).toBeVisible();
  await page.keyboard.press('Control+4');
  const row = page.locator(`[data-testid="run-row"][data-run="${runId}"]`);
  await expect(row).toContainText('cancelled');
  await expect(row).toContainText(`${lines.length} / 501`);

  // What trained and what waited was not forgotten, and is trained when asked for, in its old order.
  await page.keyboard.press('Control+3');
  await expect(page.getByText('2 runs were interrupted')).toBeVisible();
  // One of them that is taken out and brought back is what it was: it does not begin to train by that.
  const last = page.getByTestId('queue-item').last();
  await last.getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Cancel it' }).click();
  await expect(last).toHaveAttribute('data-state', 'cancelled');
  await undo(page, 'Cancelled');
  await expect(last).toHaveAttribute('data-state', 'interrupted');
  await expect(page.getByText('2 runs were interrupted')).toBeVisible();
  await page.getByRole('button', { name: 'Train them now' }).click();
  await expect(page.getByText('2 runs were interrupted')).toBeHidden();
  await expect(page.getByTestId('live')).toContainText('resnet18 squish 48');
  await expect(page.getByTestId('queue-item').last()).toContainText('resnet18 squish 56');

  // A run that was stopped is trained once more from its own page; the one that was interrupted has gone on.
  await page.keyboard.press('Control+4');
  await expect(row).toContainText('running');
  await page.locator('[data-testid="run-row"]', { hasText: 'cancelled' }).getByRole('button').click();
  await page.getByRole('button', { name: 'Train again' }).click();
  await expect(page.getByTestId('queue-item').last()).toContainText('resnet18 squish 32');
  await expect(page.getByTestId('queue-item').last()).toHaveAttribute('data-state', 'pending');
  expect(granary.complaints).toEqual([]);
});
