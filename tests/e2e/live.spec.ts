import { expect, type Locator, type Page, test } from '@playwright/test';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { queueSchema } from '../../shared/records/queue.ts';
import { epochLogSchema, runResultSchema } from '../../shared/records/run-record.ts';
import type { Bridge, News } from '../../shared/ipc/channels.ts';
import { formatDuration } from '../../src-renderer/charts/figures.ts';
import { dropOnWindow, FileApp } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

/** A run that trains while it is looked at; each test goes on with the run where the one before left it. */
const granary = new FileApp();

const live = (): Locator => granary.page.getByTestId('live');
/** The chart of a name, such as `Loss by step`. */
const chart = (name: string): Locator => live().getByRole('img', { name: new RegExp(`^${name}`) });
const all = (): Locator =>
  live().getByRole('toolbar', { name: 'How the curves are drawn' }).getByRole('button', { name: 'All' });
const runText = (id: string, name: string): string =>
  readFileSync(join(granary.workspace, 'runs', id, name), 'utf8');
const epochsOf = (id: string) =>
  runText(id, 'epochs.jsonl')
    .trim()
    .split('\n')
    .map((line) => epochLogSchema.parse(JSON.parse(line)));

/** Seconds that are left, of the run and of the queue, as main told them last. */
interface Told {
  run: number | null;
  queue: number | null;
}

/** The step that is told above the curves. */
async function step(): Promise<number> {
  const words = await live().getByTestId('doing').innerText();
  return Number(/step ([\d,]+) of/.exec(words)?.[1]?.replaceAll(',', '') ?? 0);
}

/** Waits until so many steps more were trained and the curves had time to be drawn anew. */
async function trainedOn(page: Page, steps: number): Promise<void> {
  const before = await step();
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(before + steps);
  // Curves follow in at most two seconds (LiveCurves); what changes shows by then.
  await page.waitForTimeout(2200);
}

/** The pixels of a chart, with no pointer in it. */
async function pixels(name: string): Promise<Buffer> {
  await granary.page.mouse.move(3, 3);
  return chart(name).locator('canvas').screenshot();
}

/** As {@link pixels}, once they are the same twice in a row. */
async function settledPixels(name: string): Promise<Buffer> {
  let last = await pixels(name);
  await expect
    .poll(async () => {
      const before = last;
      last = await pixels(name);
      return last.equals(before);
    })
    .toBe(true);
  return last;
}

test.beforeAll(async () => {
  await drawPictures(join(granary.folder, 'shapes'), 16);
  await granary.start();
  const { page } = granary;
  await dropOnWindow(page, join(granary.folder, 'shapes'));
  await setUpGrid(page, { sizes: '32, 40' });
  await page.getByRole('button', { name: 'Start 2 runs' }).click();
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(20);
});

test('the time that is left is on the screen as main tells it, of the run and of the queue', async () => {
  const { page } = granary;
  await page.evaluate(() => {
    const { granary: bridge } = window as unknown as { granary: Bridge };
    const told: Told = { run: null, queue: null };
    Object.assign(window, { told });
    bridge.on('run:event', (payload) => {
      const { event } = payload as News<'run:event'>;
      if (event.type === 'step') told.run = event.etaSeconds;
    });
    // Told when an epoch has ended.
    bridge.on('queue:changed', (payload) => (told.queue = (payload as News<'queue:changed'>).etaSeconds));
  });
  await page.waitForFunction(() => {
    const { told } = window as unknown as { told: Told };
    return told.run !== null && told.queue !== null;
  });
  // Both go on meanwhile: what was told and what is shown are read in one moment, when the page has drawn.
  const seen = await page.evaluate(async () => {
    const { told } = window as unknown as { told: { run: number; queue: number } };
    const text = (id: string): string => document.querySelector(`[data-testid="${id}"]`)!.textContent;
    await new Promise((drawn) => requestAnimationFrame(drawn));
    return { ...told, eta: text('eta'), progress: text('queue-progress') };
  });
  expect(seen.run).toBeGreaterThan(0);
  expect(seen.eta).toBe(`${formatDuration(seen.run)} left`);
  // Two runs are to be trained, this one and one that is larger.
  expect(seen.queue).toBeGreaterThan(seen.run);
  expect(seen.progress).toMatch(new RegExp(`, ${formatDuration(seen.queue)} left\\s*$`));
});

test('the x axis is the step, the epoch or the time, of all charts', async () => {
  const { page } = granary;
  await expect(chart('Loss by step')).toBeVisible();
  for (const [choice, title] of [
    ['Epoch', 'epoch'],
    ['Wall time', 'time of day'],
    ['Relative time', 'time since the start'],
  ] as const) {
    await page.getByLabel('x axis').selectOption(choice);
    for (const name of ['Loss', 'Error rate', 'Learning rate', 'Images a second', 'Memory, GiB'])
      await expect(chart(`${name} by ${title}`)).toBeVisible();
  }
});

test('a zoomed part stays while the run goes on, in every chart, until a double click', async () => {
  const { page } = granary;
  await expect(all()).toBeDisabled();
  // The memory of the smoothing is a share of the whole axis, so smoothed curves change a little as it grows.
  await page.getByLabel('Smoothing, from 0').fill('0');
  await page.getByLabel('Smoothing, from 0').blur();
  const box = (await chart('Loss').locator('canvas').boundingBox())!;
  const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height / 2];
  // By relative time the axis ends at the last point: what is marked is behind the run.
  await page.mouse.move(...at(0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.6), { steps: 4 });
  await page.mouse.up();
  await expect(all()).toBeEnabled();
  const kept = { loss: await settledPixels('Loss'), lr: await settledPixels('Learning rate') };
  await trainedOn(page, 20);
  expect((await pixels('Loss')).equals(kept.loss)).toBe(true);
  expect((await pixels('Learning rate')).equals(kept.lr)).toBe(true);

  // A logarithmic axis draws the same part otherwise, and back.
  await page.getByLabel('Log scale').check();
  await expect.poll(async () => (await pixels('Loss')).equals(kept.loss)).toBe(false);
  await page.getByLabel('Log scale').uncheck();
  await expect.poll(async () => (await pixels('Loss')).equals(kept.loss)).toBe(true);

  await chart('Learning rate').locator('canvas').dblclick();
  await expect(all()).toBeDisabled();
  await expect.poll(async () => (await pixels('Loss')).equals(kept.loss)).toBe(false);
});

test('the wheel zooms with Ctrl held, and a change of the axis shows everything again', async () => {
  const { page } = granary;
  await chart('Loss').locator('canvas').hover();
  await page.mouse.wheel(0, -300);
  await expect(all()).toBeDisabled();
  await chart('Loss').locator('canvas').hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  await expect(all()).toBeEnabled();
  await page.getByLabel('x axis').selectOption('Step');
  await expect(all()).toBeDisabled();
});

test('what the worker printed is shown as its file has it', async () => {
  const { page } = granary;
  const id = (await live().getAttribute('data-run'))!;
  await live().getByText('What the worker printed').click();
  const log = page.getByRole('group', { name: 'worker.log' });
  await expect.poll(async () => (await log.innerText()).trim()).toBe(runText(id, 'worker.log').trim());
  expect(await log.innerText()).toMatch(/\S/);
});

test('a run that is stopped after its epoch keeps that epoch whole; one that is stopped now ends at once', async () => {
  const { page } = granary;
  const first = (await live().getAttribute('data-run'))!;
  await live().getByRole('button', { name: 'Stop after this epoch' }).click();
  const stops = live().getByRole('button', { name: 'Stops after this epoch' });
  await expect(stops).toBeDisabled();
  await expect(stops).toBeFocused();
  const items = page.getByTestId('queue-item');
  await expect(items.nth(0)).toHaveAttribute('data-state', 'cancelled', { timeout: 60_000 });
  const result = runResultSchema.parse(JSON.parse(runText(first, 'result.json')));
  expect(result.status).toBe('cancelled');
  const epochs = epochsOf(first);

  // Its own page tells the epochs and the last losses that the folder has.
  await page.keyboard.press('Control+4');
  const row = page.locator(`[data-testid="run-row"][data-run="${first}"]`);
  await expect(row).toContainText(`${epochs.length} / 501`);
  await row.getByRole('button').click();
  const last = epochs[epochs.length - 1]!;
  await expect(page.getByRole('img', { name: /^Loss by epoch/ })).toHaveAccessibleName(
    `Loss by epoch, training ${Number(last.trainLoss.toPrecision(3))}, validation ${Number(last.validLoss.toPrecision(3))}`,
  );

  // The second run trains meanwhile. Its figures are those of its last epoch; stopped, it is gone from the worker at once.
  await page.keyboard.press('Control+3');
  await expect(live()).not.toHaveAttribute('data-run', first);
  const second = (await live().getAttribute('data-run'))!;
  await expect(live().getByTestId('error-rate')).toHaveText(/%$/, { timeout: 60_000 });
  // One that was stopped goes on from where it is looked at, to its end: it does not go on saying that it stops.
  await live().getByRole('button', { name: 'Stop after this epoch' }).click();
  await expect(items.nth(1)).toHaveAttribute('data-state', 'cancelled', { timeout: 60_000 });
  await live().getByRole('button', { name: 'Resume this run' }).click();
  await expect(items.nth(1)).toHaveAttribute('data-state', 'running');
  await expect(live().getByRole('button', { name: 'Stop after this epoch' })).toBeEnabled();
  await live().getByRole('button', { name: 'Stop this run' }).click();
  await expect(items.nth(1)).toHaveAttribute('data-state', 'cancelled', { timeout: 30_000 });
  await expect(page.getByTestId('toast')).toContainText('Stopped resnet18 squish 40');
  await expect(live().getByRole('button', { name: 'Open the run' })).toBeVisible();
  const ended = epochsOf(second);
  const final = ended[ended.length - 1]!;
  const shown = (name: string): Locator => live().getByTestId(name);
  await expect(shown('train-loss')).toHaveText(final.trainLoss.toFixed(4));
  await expect(shown('valid-loss')).toHaveText(final.validLoss.toFixed(4));
  await expect(shown('error-rate')).toHaveText(`${(100 * final.errorRate).toFixed(2)}%`);
  expect(granary.complaints).toEqual([]);
});

test('a run that fails says why and what to do, and goes on once that was done', async () => {
  const { page } = granary;
  const pictures = join(granary.folder, 'shapes');
  renameSync(pictures, `${pictures}-moved`);
  await live().getByRole('button', { name: 'Open the run' }).click();
  await page.getByRole('button', { name: 'Train again' }).click();
  const item = page.getByTestId('queue-item').last();
  await expect(item).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
  const queue = queueSchema.parse(JSON.parse(readFileSync(join(granary.workspace, 'queue.json'), 'utf8')));
  const { error } = queue.items[queue.items.length - 1]!;
  expect(error!.message).toContain(pictures);
  const told = live().getByTestId('run-failure');
  await expect(told).toContainText(error!.message);
  await expect(told).toContainText(error!.fix!);
  await expect(item).toContainText(error!.message);

  renameSync(`${pictures}-moved`, pictures);
  await live().getByRole('button', { name: 'Retry' }).click();
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(0);
  await expect(told).toBeHidden();
  expect(granary.complaints).toEqual([]);
});
