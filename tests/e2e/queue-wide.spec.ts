import { expect, type Locator, test } from '@playwright/test';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { queueSchema } from '../../shared/records/queue.ts';
import { epochLogSchema } from '../../shared/records/run-record.ts';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { expectToFit, resize } from './support/fits.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

/** The queue in a window that has room for the run that trains beside the list; each test goes on where the one before ended. */
const granary = new FileApp();
const pictures = join(granary.folder, 'shapes');

const live = (): Locator => granary.page.getByTestId('live');
const items = (): Locator => granary.page.getByTestId('queue-item');
const list = (): Locator => granary.page.getByRole('region', { name: 'In the queue' });
const divider = (): Locator => granary.page.getByRole('separator', { name: 'Width of the queue’s list' });

async function boxOf(part: Locator) {
  const { x, y, width, height } = (await part.boundingBox())!;
  return { left: x, right: x + width, top: y, bottom: y + height, width };
}

test.beforeAll(async () => {
  await drawPictures(pictures, 16);
  await granary.start();
  const { page } = granary;
  await resize(granary, 1560, 900);
  await dropOnWindow(page, pictures);
  await setUpGrid(page, { arch: 'tf_efficientnet_lite0', sizes: '32, 40, 48, 56' });
  await page.getByRole('button', { name: 'Start 4 runs' }).click();
  await expect(live().getByTestId('error-rate')).toHaveText(/%$/, { timeout: 60_000 });
});

test('the run that trains stands beside the list, which tells what the folder has, and both are accessible', async () => {
  const { page } = granary;
  const [run, queue] = [await boxOf(live()), await boxOf(list())];
  expect(run.right).toBeLessThan(queue.left);
  expect(Math.abs(run.top - queue.top)).toBeLessThan(2);
  expect(Math.round(queue.width)).toBe(Number(await divider().getAttribute('aria-valuenow')));
  await expectToFit(page);
  await expect(list().getByTestId('queue-progress')).toHaveText(/^0 of 4 done/);

  // Stopped after its epoch, the first run has figures in the list while the second one trains.
  const first = (await live().getAttribute('data-run'))!;
  await live().getByRole('button', { name: 'Stop after this epoch' }).click();
  await expect(items().nth(0)).toHaveAttribute('data-state', 'cancelled', { timeout: 60_000 });
  const epochs = readFileSync(join(granary.workspace, 'runs', first, 'epochs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => epochLogSchema.parse(JSON.parse(line)));
  const { errorRate } = epochs[epochs.length - 1]!;
  await expect(items().nth(0)).toContainText(`${(100 * errorRate).toFixed(2)}%`);
  await expect(list().getByTestId('queue-progress')).toHaveText(/^0 of 4 done, 1 cancelled/);
  await expect(live().getByTestId('error-rate')).toHaveText(/%$/, { timeout: 60_000 });
  await expectToFit(page);
  await expectAccessible(page, 'queue beside the run that trains');
  expect(granary.complaints).toEqual([]);
});

test('its width and the order of what waits are set with the keyboard, which keeps its place', async () => {
  const { page } = granary;
  const before = await boxOf(list());
  await divider().focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await boxOf(list())).width).toBe(before.width + 32);
  expect((await boxOf(live())).right).toBeLessThan((await boxOf(list())).left);
  await expectToFit(page);
  await divider().dblclick();
  await expect.poll(async () => (await boxOf(list())).width).toBe(before.width);

  const last = (await items().nth(3).getAttribute('data-run'))!;
  const grip = page.locator(`tr[data-run="${last}"]`).getByRole('button', { name: /^Move/ });
  await grip.focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(items().nth(2)).toHaveAttribute('data-run', last);
  await expect(grip).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: 'is now number 1 of 2' })).toBeAttached();
  const kept = queueSchema.parse(JSON.parse(readFileSync(join(granary.workspace, 'queue.json'), 'utf8')));
  expect(kept.items.map(({ runId }) => runId)).toEqual(
    await items().evaluateAll((rows) => rows.map((row) => row.dataset['run'])),
  );
});

test('a narrower window puts the list below, a wider one beside again, and the smallest cuts nothing', async () => {
  const { page } = granary;
  for (const [width, beside] of [
    [1240, false],
    [860, false],
    [1560, true],
  ] as const) {
    await resize(granary, width, 900);
    await expect(divider()).toHaveCount(beside ? 1 : 0);
    const [run, queue] = [await boxOf(live()), await boxOf(list())];
    if (beside) expect(run.right).toBeLessThan(queue.left);
    else expect(run.bottom).toBeLessThan(queue.top);
    await expectToFit(page);
  }
  expect(granary.complaints).toEqual([]);
});

test('runs whose pictures are gone say so in the list, which keeps its width, until they are there again', async () => {
  const { page } = granary;
  renameSync(pictures, `${pictures}-moved`);
  await live().getByRole('button', { name: 'Stop this run' }).click();
  for (const place of [2, 3]) {
    await expect(items().nth(place)).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
    await expect(items().nth(place)).toContainText(pictures);
  }
  await expect(list().getByTestId('queue-progress')).toHaveText(/^0 of 4 done, \d failed, \d cancelled$/);
  await expect(live().getByTestId('run-failure')).toContainText(pictures);
  const [run, queue] = [await boxOf(live()), await boxOf(list())];
  expect(run.right).toBeLessThan(queue.left);
  expect(Math.round(queue.width)).toBe(Number(await divider().getAttribute('aria-valuenow')));
  await expectToFit(page);
  await expectAccessible(page, 'queue beside a run that failed');

  renameSync(`${pictures}-moved`, pictures);
  await items()
    .nth(3)
    .getByRole('button', { name: /^Retry/ })
    .click();
  await expect(items().nth(3)).toHaveAttribute('data-state', 'running', { timeout: 60_000 });
  await expect(items().nth(3)).not.toContainText(pictures);
  await expect(live().getByTestId('run-failure')).toBeHidden();
  expect(granary.complaints).toEqual([]);
});
