import { expect, test } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { queueSchema } from '../../shared/records/queue.ts';
import { expectAccessible } from './support/axe.ts';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectToFit, resize } from './support/fits.ts';
import { drawPictures } from './support/pictures.ts';
import { redo, undo } from './support/undo.ts';

const granary = new FileApp();

test.beforeAll(async () => {
  await drawPictures(join(granary.folder, 'shapes'), 8);
  await granary.start();
  await dropOnWindow(granary.page, join(granary.folder, 'shapes'));
  await granary.page.getByRole('button', { name: 'Set up a grid' }).click();
});

test('chips of architectures stay where they are while their memory is predicted and when one is chosen', async () => {
  const { page } = granary;
  const chips = page.getByRole('group', { name: 'efficientnet-lite' }).getByRole('option');
  const places = (): Promise<string[]> =>
    chips.evaluateAll((all) =>
      all.map((one) => {
        const { x, y, width } = one.getBoundingClientRect();
        return [x, y, width].map(Math.round).join(' ');
      }),
    );
  await expect(chips).toHaveCount(5);
  const before = await places();
  await expect(chips.first().getByTestId('fit-bar')).toHaveAttribute('data-share', /^0\.\d+$/, {
    timeout: 60_000,
  });
  expect(await places()).toEqual(before);
  await chips.first().click();
  await expect(chips.first()).toHaveAttribute('aria-selected', 'true');
  expect(await places()).toEqual(before);
  await chips.first().click();
});

test('the grid finds architectures, takes any other setting, and goes to a file and back', async () => {
  const { app, page } = granary;
  await page.getByLabel('Search architectures').fill('no such net');
  await expect(page.getByText('No architecture is called that.')).toBeVisible();
  await page.getByLabel('Search architectures').fill('resnet 18');
  await page.getByText('resnet18', { exact: true }).click();
  await page.getByLabel('Search architectures').fill('');
  // A size may be written with blanks, and twice.
  await page.getByLabel('Sizes').fill('32 x 48, 32x48 64');
  await expect(page.getByTestId('preview-count')).toHaveText('2 runs');
  await page.getByLabel('Sizes').fill('32, 48, 64');
  await page.getByLabel('Epochs', { exact: true }).fill('500');
  await page.getByLabel('Batch size').fill('8');
  await page.getByText('More settings').click();
  await page.getByText('Start from scratch').click();
  await page.getByLabel('Any other setting').fill('dropout 0.1');
  await expect(page.getByText('"dropout 0.1" is not a setting')).toBeVisible();
  await page.getByLabel('Any other setting').fill('dropout: 0, 0.1');
  await expect(page.getByTestId('preview-count')).toHaveText('6 runs');
  // Runs that differ in nothing else say in what they do.
  await expect(page.getByTestId('preview-run').first()).toContainText('resnet18 dropout=0');
  await expect(page.getByTestId('preview-run').nth(1)).toContainText('resnet18 dropout=0.1');
  await expectAccessible(page, 'grid');
  for (const [width, height] of [
    [1000, 700],
    [860, 560],
    [1240, 800],
  ] as const) {
    await resize(granary, width, height);
    await expectToFit(page);
  }

  // The system's dialogs cannot be driven from here; they answer with a path.
  const file = join(granary.folder, 'grid.yaml');
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, file);
  await page.getByRole('button', { name: 'Save as a file' }).click();
  await expect(page.getByTestId('toast')).toContainText('grid.yaml');
  expect(readFileSync(file, 'utf8')).toContain('dropout:');

  writeFileSync(file, 'blocks:\n  - arch: resnet18\n    size: 32\n    epochz: 3\n');
  await page.getByRole('button', { name: 'Open a grid file' }).click();
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', 'GRID_INVALID');
  await expect(page.getByTestId('fault')).toContainText('epochz');
  await expect(page.getByTestId('preview-count')).toHaveText('6 runs');

  writeFileSync(
    file,
    'defaults: { size: 32, epochs: 500, batchSize: 8, weights: none }\nblocks:\n  - { arch: resnet18, resize: [squish, crop, pad], dropout: 0.2 }\n  - { arch: resnet18, size: 48 }\n',
  );
  await page.getByRole('button', { name: 'Open a grid file' }).click();
  await expect(page.getByTestId('preview-count')).toHaveText('4 runs');
  await expect(page.getByRole('region', { name: 'Block 2' })).toBeVisible();

  // A block that was removed comes back.
  await page.getByRole('region', { name: 'Block 2' }).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByTestId('preview-count')).toHaveText('3 runs');
  await page.getByRole('heading', { name: 'Grid', exact: true }).click();
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('preview-count')).toHaveText('4 runs');
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);

  // Of several blocks it is said which one lacks something.
  await page.getByRole('button', { name: 'Add a block' }).click();
  await expect(page.getByTestId('preview-missing')).toHaveText('Block 3: Choose at least one architecture.');
  await page.getByRole('region', { name: 'Block 3' }).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByTestId('preview-count')).toHaveText('4 runs');
  expect(granary.complaints).toEqual([]);
});

test('waiting runs are reordered by keyboard and by drag, skipped, brought back and duplicated; the queue is paused', async () => {
  const { page } = granary;
  await page.getByRole('button', { name: 'Start 4 runs' }).click();
  const items = page.getByTestId('queue-item');
  await expect(items).toHaveCount(4);
  const ids = await items.evaluateAll((rows) => rows.map((row) => row.dataset['run']!));
  const order = (): Promise<(number | string)[]> =>
    items.evaluateAll((rows, all) => rows.map((row) => all.indexOf(row.dataset['run']!)), ids);

  await items.nth(3).getByRole('button', { name: /^Move/ }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(order).toEqual([0, 1, 3, 2]);
  // It goes along with its row, both ways.
  await expect(items.nth(2).getByRole('button', { name: /^Move/ })).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(order).toEqual([0, 1, 2, 3]);
  await expect(items.nth(3).getByRole('button', { name: /^Move/ })).toBeFocused();
  await page.keyboard.press('Alt+Home');
  await expect.poll(order).toEqual([0, 3, 1, 2]);
  await items.nth(3).getByRole('button', { name: /^Move/ }).dragTo(items.nth(1));
  await expect.poll(order).toEqual([0, 2, 3, 1]);

  // Skipped, and brought back with Ctrl+Z.
  const third = page.locator(`tr[data-run="${ids[3]}"]`);
  await third.getByRole('button', { name: /^More/ }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await third.getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Skip it' }).click();
  await expect(third).toHaveAttribute('data-state', 'skipped');
  await undo(page, 'Skipped');
  await expect(third).toHaveAttribute('data-state', 'pending');

  // A copy with one setting changed; a wrong one is refused in place.
  await third.getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Duplicate with changes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Size', { exact: true }).fill('huge');
  await dialog.getByRole('button', { name: 'Add to the queue' }).click();
  await expect(dialog.getByTestId('fault')).toBeVisible();
  await dialog.getByLabel('Size', { exact: true }).fill('40');
  const half = dialog.getByRole('switch', { name: /^Half precision/ });
  await expect(half).not.toBeChecked();
  await half.check();
  await expectAccessible(page, 'duplicate with changes');
  await dialog.getByRole('button', { name: 'Add to the queue' }).click();
  await expect(dialog).toBeHidden();
  await expect(items).toHaveCount(5);
  await expect(items.last()).toContainText('40');
  // With the seed of what it was made from, unless another is given; without one it is drawn anew.
  const queued = () =>
    queueSchema.parse(JSON.parse(readFileSync(join(granary.workspace, 'queue.json'), 'utf8')));
  const [original, copy] = [queued().items.find(({ runId }) => runId === ids[3]), queued().items.at(-1)];
  expect(copy!.config.seed).toBe(original!.config.seed);
  expect(copy!.config).toMatchObject({ precision: 'bfloat16' });

  // Paused: nothing starts when the run that trains is stopped; then it goes on with the new order.
  await page.getByRole('button', { name: 'Pause the queue' }).click();
  await expect(page.getByTestId('queue-paused')).toContainText('Paused.');
  await expectAccessible(page, 'paused queue');
  await items.nth(0).getByRole('button', { name: /^Stop/ }).click();
  await expect(items.nth(0)).toHaveAttribute('data-state', 'cancelled', { timeout: 30_000 });
  await page.waitForTimeout(500);
  await expect(page.locator('[data-testid=queue-item][data-state=running]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.locator(`tr[data-run="${ids[2]}"]`)).toHaveAttribute('data-state', 'running');
  // All that wait are taken out at once, and come back.
  const waiting = page.locator('[data-testid=queue-item][data-state=pending]');
  const before = await waiting.count();
  await page.getByRole('button', { name: `Cancel the ${before} that wait` }).click();
  await expect(waiting).toHaveCount(0);
  await expect(page.locator('[data-testid=queue-item][data-state=running]')).toHaveCount(1);
  await undo(page, 'Cancelled');
  await expect(waiting).toHaveCount(before);
  // Done again it is of the same runs: one that was queued since goes on waiting.
  await third.getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Duplicate with changes' }).click();
  await dialog.getByLabel('Size', { exact: true }).fill('56');
  await dialog.getByRole('button', { name: 'Add to the queue' }).click();
  await expect(waiting).toHaveCount(before + 1);
  await redo(page, 'Cancelled');
  await expect(waiting).toHaveCount(1);
  await expect(waiting).toContainText('56');
  await expect(page.getByTestId('queue-progress')).toHaveText(
    new RegExp(`^0 of 6 done, ${before + 1} cancelled`),
  );
  await undo(page, 'Cancelled');
  await expect(waiting).toHaveCount(before + 1);
  await page.getByRole('button', { name: 'Clear ended' }).click();
  await expect(items).toHaveCount(5);
  // What was cleared comes back to its place.
  await undo(page, 'Cleared');
  await expect(items).toHaveCount(6);
  await expect(items.nth(0)).toHaveAttribute('data-run', ids[0]!);
  await expect(items.nth(0)).toHaveAttribute('data-state', 'cancelled');
  await redo(page, 'Cleared');
  await expect(items).toHaveCount(5);

  // A copy of the same name is told apart by what was changed.
  await items.last().getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Duplicate with changes' }).click();
  await expect(dialog.getByLabel('Seed')).toHaveValue(String(original!.config.seed));
  await dialog.getByLabel('Seed').fill('');
  await dialog.getByLabel('Learning rate').fill('0.01');
  await dialog.getByRole('button', { name: 'Add to the queue' }).click();
  await expect(items).toHaveCount(6);
  await expect(items.last()).toContainText('resnet18 squish 56, lr 0.01, seed');
  await expect(items.nth(4)).toContainText('resnet18 squish 56, lr 0.002, seed');
  expect(queued().items.at(-1)!.config.seed).not.toBe(original!.config.seed);
  expect(granary.complaints).toEqual([]);
});
