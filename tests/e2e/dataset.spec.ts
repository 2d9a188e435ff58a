import { type Locator, type Page, expect, test } from '@playwright/test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, type RunningApp, scratchFolder, startApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { drawPictures, labels } from './support/pictures.ts';
import { zipOf } from '../unit/dataset/zip-file.ts';

const folder = scratchFolder();
const pictures = join(folder.path, 'shapes');
let granary: RunningApp;

test.beforeAll(async () => {
  await drawPictures(pictures, 8);
  granary = await startApp(folder.path);
});
test.afterAll(async () => {
  await granary.close();
  folder.remove();
});

test('a folder with no pictures is refused with the reason and the fix, and nothing breaks', async () => {
  const { page } = granary;
  const empty = join(folder.path, 'nothing-here');
  mkdirSync(join(empty, 'notes'), { recursive: true });
  writeFileSync(join(empty, 'notes', 'read-me.txt'), 'no picture');
  await dropOnWindow(page, empty);
  const fault = page.getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'DATASET_EMPTY');
  await expect(fault).toContainText(empty);
  const words = (await fault.locator('p').allInnerTexts()).map((text) => text.trim());
  expect(words.length).toBeGreaterThanOrEqual(2);
  await expect(page.getByRole('heading', { name: /Drop a dataset/ })).toBeVisible();

  await page.getByRole('button', { name: 'Grid', exact: false }).first().click();
  await expect(page.getByText('A grid needs a dataset first.')).toBeVisible();
  await page.keyboard.press('Control+1');
  await expect(fault).toBeVisible();
  await fault.getByRole('button', { name: 'Dismiss' }).click();
  await expect(fault).toBeHidden();
  expect(granary.complaints).toEqual([]);
});

test('a path that is gone is refused the same way', async () => {
  const { page } = granary;
  const file = join(folder.path, 'note.txt');
  writeFileSync(file, 'not a dataset');
  await dropOnWindow(page, file);
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', /^DATASET_/);
  await page.getByTestId('fault').getByRole('button', { name: 'Dismiss' }).click();
});

test('drawing the sample dataset shows its progress and can be stopped', async () => {
  const { page } = granary;
  await page.getByRole('button', { name: 'Try the sample dataset' }).click();
  await expect(page.getByTestId('reading')).toContainText(/:\s+[1-9]\d*\s+of\s+\d+/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('heading', { name: /Drop a dataset/ })).toBeVisible();
  // A stopped drawing takes away what it had drawn, also the folder that it made.
  const samples = join(granary.workspace, 'samples');
  await expect.poll(() => readdirSync(samples)).toEqual([]);
});

test('a dropped folder shows its classes, counts and problems', async () => {
  const { page } = granary;
  writeFileSync(join(pictures, 'discs', 'broken.jpg'), 'this is no JPEG');
  copyFileSync(join(pictures, 'discs', 'discs-0.jpg'), join(pictures, 'rings', 'copy.jpg'));
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  await expect(page.getByTestId('class-count')).toHaveText(String(labels.length));
  const rows = page.getByTestId('class-row');
  await expect(rows).toHaveCount(labels.length);
  await expect(rows.filter({ hasText: 'bars' })).toContainText('8');
  // The bars have what names and counts leave.
  const counts = await rows.first().locator('td.number').boundingBox();
  expect(counts!.width).toBeLessThan(120);
  const codes = await page
    .getByTestId('problem')
    .evaluateAll((items) => items.map((item) => item.dataset['code']));
  expect(codes).toContain('unreadable');
  expect(codes).toContain('conflicting-labels');
  const conflict = page.locator('[data-code="conflicting-labels"]');
  await conflict.getByText(/^\d+ files?$/).click();
  await expect(conflict.locator('li')).toHaveCount(2);
  // Pictures that are left out are shown all the same: someone has to decide which label is right.
  await expect.poll(() => shown(conflict.locator('img'))).toBe(2);
  await page.locator('[data-code="unreadable"]').getByText('1 file').click();
  await expect(page.getByRole('img', { name: /broken.jpg: cannot be shown/ })).toBeVisible();
  await expectAccessible(page, 'dataset, overview');
});

/** How many of some images are decoded and drawn. */
function shown(images: Locator): Promise<number> {
  return images.evaluateAll(
    (all) => (all as HTMLImageElement[]).filter((image) => image.complete && image.naturalWidth > 0).length,
  );
}

/** Parts of the page that a scroll draws anew instead of moving, as the browser tells it, such as those of a scroller without an opaque ground. */
async function drawnAnewByScrolling(page: Page, scroller: Locator): Promise<unknown[]> {
  const { width, height } = (await scroller.boundingBox())!;
  expect(await scroller.evaluate((box) => box.scrollHeight)).toBeGreaterThan(height);
  const debug = await page.context().newCDPSession(page);
  const told = new Promise<{ width: number; scrollRects?: { type: string }[] }[]>((resolve) => {
    debug.on('LayerTree.layerTreeDidChange', ({ layers }: { layers?: Parameters<typeof resolve>[0] }) => {
      if (layers !== undefined) resolve(layers);
    });
  });
  await debug.send('DOM.enable');
  await debug.send('LayerTree.enable');
  const layers = await told;
  await debug.detach();
  // A layer as narrow as a scroll bar is one.
  const wide = layers.filter((layer) => layer.width > width / 2);
  return wide.flatMap(({ scrollRects = [] }) =>
    scrollRects.filter(({ type }) => type === 'RepaintsOnScroll'),
  );
}

test('pictures are browsed by class, by keyboard, and copies stand side by side', async () => {
  const { page } = granary;
  await page.getByRole('button', { name: 'Show the pictures of bars' }).click();
  await expect(page.getByTestId('picture-total')).toHaveText('8 pictures');
  const grid = page.getByTestId('picture-grid');
  await expect(grid.locator('canvas[data-shown]')).toHaveCount(8);
  await grid.locator('[data-index="0"]').click();
  const detail = page.getByTestId('picture-detail');
  await expect(detail).toContainText('bars/bars-0.jpg');
  await expect(detail).toContainText('72 × 96');
  // The small picture at once, the large one over it.
  await expect(detail.locator('canvas')).toHaveAttribute('data-shown', 'bars/bars-0.jpg');
  await expect.poll(() => shown(detail.locator('img'))).toBe(1);
  await page.keyboard.press('End');
  await expect(detail).toContainText('bars/bars-7.jpg');
  await expect(grid.locator('[data-index="7"]')).toBeFocused();
  await expectAccessible(page, 'dataset, pictures');
  // Keys that come faster than frames are one move, and Enter means where they lead.
  await grid.evaluate(() => {
    const press = (key: string): unknown =>
      document.activeElement!.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
      );
    for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) press(key);
  });
  await expect(detail).toContainText('bars/bars-2.jpg');
  await expect(grid.locator('[data-index="2"]')).toBeFocused();
  await grid.evaluate(() => {
    for (const key of ['ArrowRight', 'Enter'])
      document.activeElement!.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
      );
  });
  await expect(page.getByRole('tab', { name: 'Preview' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: /^Pictures/ }).click();
  await expect(detail).toContainText('bars/bars-3.jpg');

  await page.getByLabel('Name', { exact: true }).fill('no such file');
  await expect(page.getByText('No picture fits this filter.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).last().click();
  await expect(page.getByTestId('picture-total')).toHaveText('23 pictures');
  // Another filter draws other pictures into the tiles that are there.
  const tile = (await grid.locator('canvas').first().elementHandle())!;
  await page.getByLabel('Name', { exact: true }).fill('discs');
  await expect(grid.locator('canvas').first()).toHaveAttribute('data-shown', /^discs/);
  expect(await tile.evaluate((canvas) => canvas.isConnected)).toBe(true);
  await page.getByLabel('Name', { exact: true }).fill('');
  await expect(page.getByTestId('picture-total')).toHaveText('23 pictures');
  expect(await drawnAnewByScrolling(page, grid)).toEqual([]);

  // The key goes to the search wherever in the view one is, and the details' width is one's own.
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.keyboard.press('Control+f');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await grid.locator('[data-index="0"]').click();
  const divider = page.getByRole('separator', { name: 'Width of the picture’s details' });
  await divider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(divider).toHaveAttribute('aria-valuenow', '296');
  await expect.poll(async () => Math.round((await detail.boundingBox())!.width)).toBe(296);

  await page.getByRole('tab', { name: /Copies/ }).click();
  const group = page.getByTestId('copy-group');
  await expect(group).toHaveCount(1);
  await expect(group).toContainText('Labels differ');
  await expect.poll(() => shown(group.locator('img'))).toBe(2);
  await expectAccessible(page, 'dataset, copies');
  expect(granary.complaints.filter((text) => !/status of (410|415)/.test(text))).toEqual([]);
});

test('one picture is drawn as runs would see it, under each method', async () => {
  const { page } = granary;
  await page.getByRole('tab', { name: 'Preview' }).click();
  await page.getByLabel('Sizes').fill('32');
  const pairs = page.getByTestId('preview-pair');
  await expect(pairs).toHaveCount(3, { timeout: 60_000 });
  await expect(pairs.nth(1)).toContainText('48 → 32');
  // Cached, judged, and five views to learn from; none is the picture that another shows.
  const images = pairs.nth(1).locator('img');
  await expect(images).toHaveCount(7);
  await expect.poll(() => shown(images)).toBe(7);
  const sides = await images.evaluateAll((all) =>
    (all as HTMLImageElement[]).map((image) => image.naturalHeight),
  );
  expect(sides).toEqual([48, 32, 32, 32, 32, 32, 32]);
  await expectAccessible(page, 'dataset, preview');
  await page.getByLabel('Sizes').fill('tall');
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', 'SIZE_INVALID');
  await page.getByLabel('Sizes').fill('32');
  await expect(page.getByTestId('fault')).toBeHidden({ timeout: 60_000 });
});

test('a zip is unpacked and read; a damaged one is refused', async () => {
  const { page } = granary;
  const entries = ['cat', 'dog'].flatMap((label) =>
    [0, 1].map((index) => ({
      name: `${label}/${index}.jpg`,
      content: readFileSync(
        join(
          pictures,
          label === 'cat' ? 'discs' : 'bars',
          `${label === 'cat' ? 'discs' : 'bars'}-${index}.jpg`,
        ),
      ),
    })),
  );
  const whole = zipOf(entries);
  writeFileSync(join(folder.path, 'cut.zip'), whole.subarray(0, whole.length / 2));
  await dropOnWindow(page, join(folder.path, 'cut.zip'));
  const fault = page.getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'ARCHIVE_DAMAGED');
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  await fault.getByRole('button', { name: 'Dismiss' }).click();
  writeFileSync(join(folder.path, 'pets.zip'), whole);
  await dropOnWindow(page, join(folder.path, 'pets.zip'));
  await expect(page.getByTestId('dataset-name')).toHaveText('pets');
  await expect(page.getByTestId('train-count')).toHaveText('4');
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
});

test('a table whose columns cannot be guessed is read as somebody says', async () => {
  const { page } = granary;
  const graded = join(folder.path, 'graded');
  mkdirSync(graded);
  const rows = [0, 1, 2, 3].map((index) => {
    copyFileSync(join(pictures, 'bars', `bars-${index}.jpg`), join(graded, `${index}.jpg`));
    return `${index}.jpg,${index % 2},${index < 2 ? 1 : 2}`;
  });
  writeFileSync(join(graded, 'train.csv'), `id,stage,grade\n${rows.join('\n')}\n`);
  // On Predict, too, a folder is a dataset while nothing can predict.
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await expect(page.getByText('Nothing can predict yet')).toBeVisible();
  await dropOnWindow(page, graded);
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', 'DATASET_BAD_COLUMNS');
  const ask = page.getByRole('region', { name: 'What are its columns?' });
  await expect(ask.getByRole('button', { name: 'Read it so' })).toBeDisabled();
  await ask.getByLabel('Use of grade').selectOption('to be predicted');
  await expectAccessible(page, 'columns to be said');
  await ask.getByRole('button', { name: 'Read it so' }).click();
  await expect(page.getByTestId('dataset-name')).toHaveText('graded');
  await expect(ask).toBeHidden();
  await expect(page.locator('[data-testid=column][data-name=grade]').getByRole('combobox')).toHaveValue(
    'target',
  );
  // A view begins at its top, however far down the one before was scrolled.
  const main = page.getByRole('main');
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await expect(main.getByRole('heading', { name: 'Grid', exact: true })).toBeVisible();
  await main.evaluate((element) => element.scrollTo(0, 300));
  expect(await main.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('heading', { name: 'Runs', exact: true })).toBeVisible();
  await expect.poll(() => main.evaluate((element) => element.scrollTop)).toBe(0);
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
});

test('settings show what the caches take, and clear one after asking', async () => {
  const { page } = granary;
  await page.getByRole('button', { name: 'Settings' }).click();
  const row = page.locator('[data-testid="cache"][data-name="thumbnails"]');
  await expect(row).toContainText(/[1-9][\d.]* [kMG]B/);
  await expectAccessible(page, 'settings with caches');
  await expect
    .poll(() => readdirSync(join(granary.workspace, 'cache', 'thumbnails')).length)
    .toBeGreaterThan(0);
  await row.getByRole('button', { name: 'Clear Thumbnails' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  expect(existsSync(join(granary.workspace, 'cache', 'thumbnails'))).toBe(true);
  await row.getByRole('button', { name: 'Clear Thumbnails' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear Thumbnails' }).click();
  // Not the end of “140 kB”, which it says before.
  await expect(row).toContainText(/(?<![\d.])0 kB/);
  expect(existsSync(join(granary.workspace, 'cache', 'thumbnails'))).toBe(false);
  await page.getByRole('radio', { name: 'Dark' }).check();
  // Playwright holds the page's own answer to light: what main was told is asked for.
  const theme = (): Promise<string> => granary.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
  await expect.poll(theme).toBe('dark');
  await page.getByRole('radio', { name: 'As the system' }).check();
  await page.getByRole('button', { name: 'Predict' }).first().click();
  await expect(page.getByText('no run of this workspace has finished')).toBeVisible();
  await page.keyboard.press('Control+1');
});

test('a dataset folder that moved away is noticed and said', async () => {
  const { page } = granary;
  await page.getByRole('tab', { name: /Pictures/ }).click();
  renameSync(pictures, `${pictures}-moved`);
  // A picture that no cache holds yet: the large view of one that was not opened before.
  await page.locator('[data-index="3"]').click();
  await expect(page.getByTestId('dataset-missing')).toBeVisible();
  renameSync(`${pictures}-moved`, pictures);
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByTestId('dataset-missing')).toBeHidden();
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  granary.complaints.length = 0;
});

test('the columns of a table are guessed, shown and can be changed', async () => {
  const { page } = granary;
  const table = join(folder.path, 'table');
  mkdirSync(join(table, 'train_images'), { recursive: true });
  const lines = ['image_id,label,season'];
  for (const label of labels)
    for (let index = 0; index < 8; index += 1) {
      const name = `${label}-${index}.jpg`;
      copyFileSync(join(pictures, label, name), join(table, 'train_images', name));
      lines.push(`${name},${label},${['spring', 'autumn'][index % 2]}`);
    }
  writeFileSync(join(table, 'train.csv'), `${lines.join('\n')}\n`);
  await dropOnWindow(page, table);
  await expect(page.getByTestId('dataset-name')).toHaveText('table');
  await expect(page.getByTestId('train-count')).toHaveText('24');
  await expect(page.getByLabel('Use of image_id')).toHaveValue('image');
  await expect(page.getByLabel('Use of label')).toHaveValue('target');
  await expectAccessible(page, 'dataset, columns');

  await page.getByLabel('Use of label').selectOption('ignore');
  await page.getByLabel('Use of season').selectOption('target');
  await expect(page.getByTestId('class-row')).toHaveCount(2);
  await expect(page.getByTestId('class-row').first()).toContainText('12');
  expect(granary.complaints).toEqual([]);
});

test('a count of two targets opens the pictures that have both', async () => {
  const { page } = granary;
  await page.getByLabel('Use of label').selectOption('target');
  const cell = page.getByRole('button', { name: '4 pictures of discs and autumn' });
  await expect(page.getByTestId('cross-cell')).toHaveCount(6);
  await expectAccessible(page, 'dataset, cross-table');
  await cell.click();
  await expect(page.getByTestId('picture-total')).toHaveText('4 pictures');
  const grid = page.getByTestId('picture-grid');
  await expect(grid.getByRole('gridcell')).toHaveText(Array.from({ length: 4 }, () => 'discs · autumn'));
  // Every second one is of autumn.
  await grid.locator('[data-index="0"]').click();
  await expect(page.getByTestId('picture-detail')).toContainText('discs-1.jpg');
  // Tiles are used again for other pictures: each shows the one that it stands for.
  await expect
    .poll(() => grid.locator('canvas').evaluateAll((all) => all.map(({ dataset }) => dataset['shown'])))
    .toEqual([1, 3, 5, 7].map((index) => expect.stringContaining(`discs-${index}.jpg`) as unknown as string));
  const inked = await grid
    .locator('canvas')
    .evaluateAll((all) =>
      (all as HTMLCanvasElement[]).map(
        (canvas) =>
          new Set(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data).size > 20,
      ),
    );
  expect(inked).toEqual([true, true, true, true]);
  await page.keyboard.press('End');
  await expect(page.getByTestId('picture-detail')).toContainText('discs-7.jpg');
  expect(granary.complaints).toEqual([]);
});

test('the grid shows the runs that it makes, and says what is wrong with it', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+2');
  await page.getByText('resnet18', { exact: true }).click();
  await page.getByText('convnext_atto', { exact: true }).click();
  await page.getByText('crop', { exact: true }).click();
  await page.getByLabel('Sizes').fill('64, 96x128');
  await expect(page.getByTestId('preview-count')).toHaveText('8 runs');
  await expect(page.getByTestId('preview-run').first()).toContainText('squish 96 → 64');

  await page.getByLabel('Sizes').fill('16');
  const refused = page.getByTestId('preview-run').filter({ hasText: 'convnext_atto' }).first();
  await expect(refused).toContainText('Not run: convnext_atto cannot read pictures of 16');
  await expect(page.getByTestId('preview-count')).toHaveText('2 runs');
  await page.getByLabel('Sizes').fill('64');
  await page.getByText('More settings').click();
  await page.getByLabel('Accumulation').fill('5');
  await expect(page.getByTestId('preview-fault')).toContainText('does not divide');
  await page.getByLabel('Accumulation').fill('4');
  await expect(page.getByTestId('preview-run').first()).toContainText('16 × 4 = 64');
  await page.getByLabel('Seeds').fill('1, two');
  await expect(page.getByText('"two" is not a seed')).toBeVisible();
});
