import { expect, type Locator, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensembleSchema } from '../../shared/records/ensemble.ts';
import { FileApp } from './support/app.ts';
import { expectToFit, resize } from './support/fits.ts';

/** Views whose parts once were cut or had to be scrolled to sideways, in three windows: usual, large and the smallest that may be. */
const granary = new FileApp();
const workspace = join(granary.folder, 'workspace');
const sizes = [
  [1240, 800],
  [1600, 1000],
  [860, 560],
] as const;
let ids: string[];

/** What charts write below their canvases, on x axes, while something is done. (Beside y axes they write flush right.) */
async function writtenDuring(action: () => Promise<void>): Promise<string[]> {
  const { page } = granary;
  await page.evaluate(() => {
    const { prototype } = CanvasRenderingContext2D;
    const all = window as unknown as { written?: string[]; drawText?: typeof prototype.fillText };
    all.written = [];
    if (all.drawText !== undefined) return;
    const drawText = prototype.fillText;
    all.drawText = drawText;
    prototype.fillText = function (text, ...place) {
      // (The chart that warms the code up at the start is no chart of the page.)
      const seen = getComputedStyle(this.canvas).visibility !== 'hidden';
      if (this.textAlign === 'center' && seen) all.written!.push(text);
      drawText.call(this, text, ...place);
    };
  });
  await action();
  return written();
}
const written = (): Promise<string[]> =>
  granary.page.evaluate(() => (window as unknown as { written: string[] }).written);

/** No two texts of a drawing overlap, and none reaches beyond its edges. */
async function expectApart(texts: Locator, within: Locator): Promise<void> {
  const edge = (await within.boundingBox())!;
  const boxes = await texts.evaluateAll((all) =>
    all.map((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return { text: one.textContent, left, right, top, bottom };
    }),
  );
  expect(boxes.length).toBeGreaterThan(4);
  for (const [place, a] of boxes.entries()) {
    expect(a.left, a.text).toBeGreaterThanOrEqual(edge.x - 1);
    expect(a.right, a.text).toBeLessThanOrEqual(edge.x + edge.width + 1);
    for (const b of boxes.slice(place + 1)) {
      const beside = a.right <= b.left + 1 || b.right <= a.left + 1;
      // Letters have room above and below them.
      const below = a.bottom <= b.top + 4 || b.bottom <= a.top + 4;
      expect(beside || below, `“${a.text}” and “${b.text}”`).toBe(true);
    }
  }
}

test.beforeAll(async () => {
  const { diseases, varieties, writeRuns } = await import('../support/example-workspace.mjs');
  const targets = [
    { name: 'label', classes: diseases },
    { name: 'variety', classes: varieties.slice(0, 5) },
  ];
  ids = writeRuns(workspace, { runs: 8, epochs: 2, holdout: 200, test: 10, targets });
  await granary.start();
});
test.afterAll(async () => {
  // (There are no files of the pictures on which these runs disagree.)
  expect(granary.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

test('what a first chart takes long for is done once beforehand, and nothing of it stays in the page', async () => {
  const { page } = granary;
  const done = () => page.evaluate(() => performance.getEntriesByName('charts-warm').length);
  await expect.poll(done).toBe(1);
  expect(await page.locator('body > [aria-hidden] canvas').count()).toBe(0);
  expect(await page.locator('canvas').count()).toBe(0);
});

test('epochs are marked at whole numbers, also where a part of one is looked at', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  const loss = page.getByRole('img', { name: /^Loss, all targets by epoch|^Loss by epoch/ }).first();
  const usual = await writtenDuring(async () => {
    await page.locator(`[data-testid="run-row"][data-run="${ids[0]}"] button`).first().click();
    await expect(loss).toBeVisible();
    await expect.poll(written).toContain('epoch');
  });
  expect(new Set(usual)).toEqual(new Set(['1', '2', 'epoch']));
  const close = await writtenDuring(async () => {
    await loss.locator('canvas').hover();
    await page.keyboard.down('Control');
    for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(written).toContain('epoch');
  });
  expect(close).toContain('epoch');
  expect(close.filter((text) => text.includes('.'))).toEqual([]);
  await page.keyboard.press('Escape');
});

test('dots of a chart take the colours of the theme, as one that is drawn anew has them', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  const plot = page
    .getByRole('img', { name: /^Loss.* by epoch/ })
    .first()
    .locator('canvas');
  const theme = (colorScheme: 'light' | 'dark'): Promise<void> =>
    page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  const open = async (): Promise<void> => {
    await page.locator(`[data-testid="run-row"][data-run="${ids[0]}"] button`).first().click();
    await expect(plot).toBeVisible();
  };
  await resize(granary, 1240, 800);
  await theme('dark');
  let anew: Buffer;
  const drawn = await writtenDuring(async () => {
    await open();
    await expect.poll(written).toContain('epoch');
    // Once it is the same twice in a row.
    anew = await plot.screenshot();
    const settled = async (): Promise<boolean> => {
      const before = anew;
      anew = await plot.screenshot();
      return anew.equals(before);
    };
    await expect.poll(settled).toBe(true);
  });
  expect(drawn).toContain('epoch');
  await page.keyboard.press('Escape');

  await theme('light');
  await open();
  // In a window that was made wider meanwhile.
  await resize(granary, 1500, 800);
  await resize(granary, 1240, 800);
  await expect.poll(async () => (await plot.screenshot()).equals(anew!)).toBe(false);
  await theme('dark');
  await expect.poll(async () => (await plot.screenshot()).equals(anew)).toBe(true);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.keyboard.press('Escape');
});

test('parallel coordinates, scatter plot and confusion matrices of eight runs', async () => {
  const { page } = granary;
  await page.getByLabel('Mark all runs').check();
  await page.keyboard.press('Control+5');
  const parallel = page.getByTestId('parallel');
  const confusions = page.getByTestId('confusion');
  await expect(confusions).toHaveCount(8);
  for (const [width, height] of sizes) {
    await resize(granary, width, height);
    await expectToFit(page, parallel);
    await expectToFit(page, page.getByTestId('scatter'));
    for (const one of await confusions.all()) await expectToFit(page, one);
    await expectApart(parallel.locator('text.title'), parallel);
    await expectApart(page.getByTestId('scatter').locator('text'), page.getByTestId('scatter'));
  }
});

test('members of an ensemble and what they do together', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: /^Take the/ }).click();
  await expect(page.getByTestId('member')).toHaveCount(8);
  await expect(page.getByTestId('ensemble-error').first()).toHaveText(/%$/);
  for (const [width, height] of sizes) {
    await resize(granary, width, height);
    await expectToFit(page, page.getByRole('region', { name: 'Members' }));
    await expectToFit(page, page.getByTestId('together'));
    for (const one of await page.getByTestId('ensemble-confusion').all()) await expectToFit(page, one);
    // Figures stand at least two in a line.
    const figures = await page
      .getByTestId('together')
      .locator('dl > *')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    expect(figures[0]).toBe(figures[1]);
  }
  await page.getByRole('button', { name: 'Keep the ensemble' }).click();
  await expect(page.getByTestId('kept-ensemble')).toHaveCount(1);
});

test('an ensemble is chosen for predicting by a short name, with its runs below it', async () => {
  const { page } = granary;
  const [file] = readdirSync(join(workspace, 'ensembles'));
  const kept = ensembleSchema.parse(JSON.parse(readFileSync(join(workspace, 'ensembles', file!), 'utf8')));
  await page.getByRole('navigation').getByRole('button', { name: 'Predict' }).click();
  const source = page.getByTestId('predict-source');
  await source.selectOption(kept.id);
  await expect(page.getByTestId('predict-members')).toHaveText(
    `Its runs: ${kept.members.map(({ name }) => name).join(', ')}.`,
  );
  const label = await source.locator('option:checked').innerText();
  expect(label).toContain('Ensemble of 8 on paddy');
  expect(label).toContain(`error ${(100 * kept.targets[0]!.errorRate!).toFixed(2)}%`);
  for (const [width, height] of sizes) {
    await resize(granary, width, height);
    await expectToFit(page);
    const room = await source.evaluate((select: HTMLSelectElement) => {
      const context = document.createElement('canvas').getContext('2d')!;
      const { font, paddingLeft, paddingRight } = getComputedStyle(select);
      context.font = font;
      const needed = Math.max(...[...select.options].map(({ text }) => context.measureText(text).width));
      // Chrome keeps some 20 pixels for the arrow.
      return select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - 20 - needed;
    });
    expect(room).toBeGreaterThanOrEqual(0);
  }
  await source.selectOption(ids[0]!);
  await expect(page.getByTestId('predict-members')).toBeHidden();
});

test('the baseline’s name is whole beside its mark, a tag and a note', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  await page.getByLabel('Mark all runs').uncheck();
  const row = page.locator(`[data-testid="run-row"][data-run="${ids[1]}"]`);
  await row.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Make it the baseline' }).click();
  await page.getByTestId('marked-bar').getByRole('button', { name: 'Tags' }).click();
  await page.getByLabel('New tag').fill('night-1');
  await page.getByRole('button', { name: 'Tag them' }).click();
  await expect(row).toContainText('night-1');
  for (const [width, height] of sizes) {
    await resize(granary, width, height);
    await expect(row.getByText('baseline', { exact: true })).toBeVisible();
    const cut = await row.locator('button .start').evaluate((start) => start.scrollWidth - start.clientWidth);
    expect(cut).toBe(0);
    // What tells it from runs of the same architecture comes before the marks.
    const places = await row
      .locator('.more, .baseline')
      .evaluateAll((all) => all.map((one) => one.className.split(' ')[0]));
    expect(places).toEqual(['more', 'baseline']);
  }
});
