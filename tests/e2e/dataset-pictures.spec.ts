import { type Locator, type Page, expect, test } from '@playwright/test';
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { drawPictures, shownImages } from './support/pictures.ts';

/** A dataset's pictures are looked at; each test goes on where the one before ended. */
const granary = new FileApp();
const pictures = join(granary.folder, 'shapes');

test.beforeAll(async () => {
  await drawPictures(pictures, 8);
  copyFileSync(join(pictures, 'discs', 'discs-0.jpg'), join(pictures, 'rings', 'copy.jpg'));
  await granary.start();
  await dropOnWindow(granary.page, pictures);
  await expect(granary.page.getByTestId('dataset-name')).toHaveText('shapes');
});

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
  await expect.poll(() => shownImages(detail.locator('img'))).toBe(1);
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
  await expect.poll(() => shownImages(group.locator('img'))).toBe(2);
  await expectAccessible(page, 'dataset, copies');
  expect(granary.complaints.filter((text) => !/status of (410|415)/.test(text))).toEqual([]);
});

test('a picture’s details have their button where they are, and lead back to the picture when they are closed', async () => {
  const { page } = granary;
  await page.getByRole('tab', { name: /^Pictures/ }).click();
  const detail = page.getByTestId('picture-detail');
  const tile = (index: number): Locator =>
    page.getByTestId('picture-grid').locator(`[data-index="${index}"]`);
  await tile(2).click();
  const close = detail.getByRole('button', { name: 'Close' });
  const [card, button] = [(await detail.boundingBox())!, (await close.boundingBox())!];
  expect(button.x).toBeGreaterThan(card.x);
  expect(button.y).toBeGreaterThan(card.y);
  expect(button.y + button.height).toBeLessThan(card.y + card.height);
  await close.focus();
  await page.keyboard.press('Enter');
  await expect(detail).toBeHidden();
  await expect(tile(2)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(detail).toBeVisible();
  await expect(tile(3)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(detail).toBeHidden();
  await expect(tile(3)).toBeFocused();
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
  await expect.poll(() => shownImages(images)).toBe(7);
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

test('a dataset folder that moved away is noticed and said', async () => {
  const { page } = granary;
  await page.getByRole('tab', { name: /Pictures/ }).click();
  renameSync(pictures, `${pictures}-moved`);
  // A picture that no cache holds yet: the large view of one that was not opened before.
  await page.locator('[data-index="5"]').click();
  await expect(page.getByTestId('dataset-missing')).toBeVisible();
  renameSync(`${pictures}-moved`, pictures);
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByTestId('dataset-missing')).toBeHidden();
  await expect(page.getByTestId('dataset-name')).toHaveText('shapes');
  granary.complaints.length = 0;
});
