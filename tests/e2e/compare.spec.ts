import { expect, test } from '@playwright/test';
import { join } from 'node:path';
import { FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { cli, writeTrainedRuns } from './support/trained-runs.ts';

/** Runs beside each other; each test goes on where the one before ended. */
const granary = new FileApp();
const workspace = join(granary.folder, 'workspace');
let ids: string[];

const row = (id: string) => granary.page.locator(`[data-testid="run-row"][data-run="${id}"]`);

test.beforeAll(async () => {
  ids = await writeTrainedRuns(workspace);
  await granary.start();
});

test.beforeEach(() => granary.page.keyboard.press('Control+4'));

/**
 * What is drawn in full: the charts' names tell their newest values, and nothing has changed in thirty frames, in each of which
 * at least one of those things is done that wait to be drawn. (Frames, not time: a busy machine has few in a second.)
 */
async function settled(read: () => Promise<string[]>): Promise<string[]> {
  const { page } = granary;
  const charts = page.getByTestId('compare-curves').getByRole('img');
  await expect(charts.first()).toHaveAccessibleName(/ by [a-z ]+, ./);
  const frames = (): Promise<unknown> =>
    page.evaluate(
      () =>
        new Promise<void>((done) => {
          let left = 30;
          const next = (): unknown => ((left -= 1) === 0 ? done() : requestAnimationFrame(next));
          requestAnimationFrame(next);
        }),
    );
  let last = await read();
  await expect
    .poll(async () => {
      const before = last;
      await frames();
      last = await read();
      return last.join() === before.join();
    })
    .toBe(true);
  return last;
}

test('compared runs show their curves, only the settings that differ, and the pictures on which they disagree', async () => {
  const { page } = granary;
  for (const id of ids.slice(0, 3)) await row(id).getByRole('checkbox').check();
  await page.getByTestId('marked-bar').getByRole('button', { name: 'Compare' }).click();
  await expect(page.getByTestId('compared')).toHaveCount(3);
  await expect(page.getByRole('img', { name: /^Valid\. loss of label by step, / })).toBeVisible();
  // What the pointer marks, in each chart, is gone without a trace when it leaves.
  const charts = page.getByTestId('compare-curves').locator('canvas');
  const drawn = (): Promise<string[]> =>
    charts.evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
  const [before, area] = [await settled(drawn), (await charts.first().boundingBox())!];
  expect(before.length).toBeGreaterThan(1);
  for (const share of [0.4, 0.6]) {
    await page.mouse.move(area.x + share * area.width, area.y + area.height / 2);
    await expect
      .poll(async () => (await drawn()).map((picture, index) => picture !== before[index]))
      .toEqual(before.map(() => true));
  }
  await page.mouse.move(2, 2);
  await expect.poll(drawn).toEqual(before);
  // Also where the frame in which it has left draws the charts for another reason.
  await page.mouse.move(area.x + 0.5 * area.width, area.y + area.height / 2);
  await expect.poll(async () => (await drawn())[0] !== before[0]).toBe(true);
  await charts.first().evaluate((canvas) => {
    for (const type of ['pointerleave', 'dblclick']) canvas.dispatchEvent(new Event(type));
  });
  await expect.poll(drawn).toEqual(before);
  await page.mouse.move(2, 2);

  const compared = JSON.parse(cli(workspace, 'compare', '--json', '--disagree', ...ids.slice(0, 3))) as {
    differs: Record<string, unknown>;
    disagreements: { images: number; disagreeing: number };
  };
  const names = await page
    .getByTestId('differences')
    .locator('[data-setting]')
    .evaluateAll((rows) => rows.map((one) => (one as HTMLElement).dataset['setting']));
  expect(names).toEqual(Object.keys(compared.differs));
  expect(names).toContain('arch');
  expect(names).not.toContain('epochs');
  await expect(page.getByTestId('confusion')).toHaveCount(3);
  const { images, disagreeing } = compared.disagreements;
  await expect(page.getByTestId('disagreeing')).toHaveText(
    `${disagreeing.toLocaleString('en')} of ${images.toLocaleString('en')} pictures`,
  );
  await expect(page.getByTestId('scatter').locator('path')).toHaveCount(3);
  // Architectures that begin alike are told apart below the axis.
  const named = await page.getByTestId('scatter').locator('text').allTextContents();
  expect(new Set(named).size).toBe(named.length);
  const parallel = page.getByTestId('parallel').locator('svg');
  await expect(parallel.locator('path')).toHaveCount(3);
  // No word of an axis is cut at an edge.
  const beyond = await parallel.evaluate((svg) => {
    const { left, right } = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
      .map((text) => text.getBoundingClientRect())
      .filter((box) => box.left < left - 1 || box.right > right + 1).length;
  });
  expect(beyond).toBe(0);
  await expectAccessible(page, 'compare');

  // A run of another dataset is not shown as comparable.
  await page.keyboard.press('Control+4');
  await page.getByTestId('runs-filter').fill('dataset=shapes');
  await page.getByTestId('run-row').getByRole('checkbox').check();
  await page.getByTestId('runs-filter').fill('');
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('datasets-note')).toContainText('2 datasets');
  await expect(
    page.locator('#disagree-title ~ [data-code], section:has(#disagree-title) [data-code]'),
  ).toHaveAttribute('data-code', 'ENSEMBLE_CLASSES_DIFFER');
});

/** A line that a chart drew. */
interface Stroke {
  frame: number;
  chart: number;
  behind: boolean;
  line: string;
}

test('many curves come a few a frame; runs that go meanwhile leave nothing behind', async () => {
  const { page } = granary;
  const few = 5;
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  for (const one of await page.getByTestId('run-row').all())
    await one.getByRole('checkbox').setChecked(ids.includes((await one.getAttribute('data-run'))!));
  // Notes each smoothed line (they are 2 pixels wide) and each raw one (kept in pictures beside the page) with its frame, and
  // takes a run out at once when the first are drawn.
  await page.evaluate(() => {
    const seen: Stroke[] = [];
    const canvases: HTMLCanvasElement[] = [];
    const { stroke } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.stroke = function (this: CanvasRenderingContext2D) {
      (stroke as () => void).call(this);
      const behind = !this.canvas.isConnected;
      // (The chart that warms the code up at the start is no chart of the page.)
      const warming = !behind && getComputedStyle(this.canvas).visibility === 'hidden';
      if (warming || (!behind && this.lineWidth !== 2)) return;
      if (!canvases.includes(this.canvas)) canvases.push(this.canvas);
      const frame = Number(document.timeline.currentTime);
      // Lines differ in colour or dashes; a chart may draw twice in a frame.
      const line = `${this.strokeStyle as string} ${this.getLineDash().join()}`;
      seen.push({ frame, chart: canvases.indexOf(this.canvas), behind, line });
      if (seen.length > 1) return;
      queueMicrotask(() => document.querySelector<HTMLElement>('[data-testid="compared"] button')!.click());
    };
    Object.assign(window, {
      strokes: () => seen,
      unwatch: () => (CanvasRenderingContext2D.prototype.stroke = stroke),
    });
  });
  await page.keyboard.press('Control+5');
  await page.mouse.move(2, 2);
  await expect(page.getByTestId('compared')).toHaveCount(ids.length - 1);
  const charts = page.getByTestId('compare-curves').locator('canvas');
  const drawn = (): Promise<string[]> =>
    charts.evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
  const inTurn = await settled(drawn);
  const strokes = await page.evaluate(() => {
    const here = window as unknown as { strokes: () => Stroke[]; unwatch: () => void };
    here.unwatch();
    return here.strokes();
  });
  const chartsSeen = [...new Set(strokes.map(({ chart }) => chart))];
  expect(chartsSeen.length).toBe(2 * inTurn.length);
  for (const chart of chartsSeen) {
    const own = strokes.filter((one) => one.chart === chart);
    const frames = [...new Set(own.map(({ frame }) => frame))];
    const linesOf = (frame: number) => own.filter((one) => one.frame === frame).map(({ line }) => line);
    const counts = frames.map((frame) => new Set(linesOf(frame)).size);
    expect(counts[0]).toBe(few);
    for (const [place, count] of counts.entries()) expect(count).toBeLessThanOrEqual((place + 1) * few);
    // Those in front are drawn with those before them; those behind stay in their picture.
    if (!own[0]!.behind) expect(counts.at(-1)).toBe(ids.length - 1);
  }
  // As the same runs look that were there from the beginning.
  await page.keyboard.press('Control+4');
  await page.keyboard.press('Control+5');
  await expect(charts).toHaveCount(inTurn.length);
  expect(await settled(drawn)).toEqual(inTurn);
});

test('zooming one chart zooms all of its view, stays when points are added, and ends with a double click', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+5');
  const charts = page.getByTestId('compare-curves').locator('canvas');
  await charts.first().scrollIntoViewIfNeeded();
  const all = page
    .getByRole('toolbar', { name: 'How the curves are drawn' })
    .getByRole('button', { name: 'All' });
  await expect(all).toBeDisabled();
  const box = (await charts.first().boundingBox())!;
  const before = await charts.nth(1).screenshot();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(3, 3);
  await expect(all).toBeEnabled();
  await expect.poll(async () => (await charts.nth(1).screenshot()).equals(before)).toBe(false);
  await page.getByLabel('Smoothing, from 0').fill('0.999');
  await page.getByLabel('Smoothing, from 0').blur();
  await expect(page.getByTestId('smoothing-slider')).toHaveValue('0.99');
  await expect(all).toBeEnabled();
  await charts.nth(1).dblclick();
  await expect(all).toBeDisabled();
  await page.getByLabel('Smoothing, from 0').fill('0');
  await page.getByLabel('Smoothing, from 0').blur();
});

test('what the pointer marks goes with the chart that goes or scrolls from under it', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+5');
  const chart = (figure: string) => page.locator(`[aria-label^="${figure} of label by step, "] canvas`);
  const [stays, goes] = [chart('Valid. loss'), chart('Training loss')];
  // (A hash: pictures are long to print where they differ.)
  const drawn = (): Promise<string> =>
    stays.evaluate(async (canvas) => {
      const bytes = new TextEncoder().encode((canvas as HTMLCanvasElement).toDataURL());
      return new Uint8Array(await crypto.subtle.digest('SHA-1', bytes)).join();
    });
  const point = async (canvas: typeof stays, unmarked: string): Promise<void> => {
    const box = (await canvas.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(drawn).not.toBe(unmarked);
  };
  const training = page.getByLabel('Training, too');
  const before = (await settled(async () => [await drawn()]))[0]!;
  await training.check();
  await expect(goes).toBeVisible();
  await goes.scrollIntoViewIfNeeded();
  await training.evaluate((box) => box.focus({ preventScroll: true }));
  await point(goes, (await settled(async () => [await drawn()]))[0]!);
  await page.keyboard.press('Space');
  await expect(goes).toHaveCount(0);
  await expect.poll(drawn).toBe(before);

  await page.mouse.move(2, 2);
  await stays.scrollIntoViewIfNeeded();
  await point(stays, before);
  await page.getByRole('main').focus();
  await page.keyboard.press('End');
  await expect(stays).not.toBeInViewport();
  await expect.poll(drawn).toBe(before);
});

test('a pointer that is over a chart before it has its axes does no harm', async () => {
  const { page, complaints } = granary;
  const before = complaints.length;
  // As somebody's who moves it all the time.
  await page.evaluate(() => {
    const moved = (): void => {
      for (const canvas of document.querySelectorAll('canvas')) {
        const { left, top, width, height } = canvas.getBoundingClientRect();
        const at = { clientX: left + width / 2, clientY: top + height / 2 };
        canvas.dispatchEvent(new PointerEvent('pointermove', at));
      }
      frame = requestAnimationFrame(moved);
    };
    let frame = requestAnimationFrame(moved);
    Object.assign(window, { rest: () => cancelAnimationFrame(frame) });
  });
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('img', { name: /^Valid\. loss of label by step, / })).toBeVisible();
  await page.getByLabel('Training, too').check();
  await expect(page.getByRole('img', { name: /^Training loss of label by step, / })).toBeVisible();
  await page.evaluate(() => (window as unknown as { rest: () => void }).rest());
  await page.getByLabel('Training, too').uncheck();
  // (There are no files of the pictures on which these runs disagree.)
  expect(complaints.slice(before).filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

test('predictions that cannot be read are told of where they would be', async () => {
  const { app, page, complaints } = granary;
  const before = complaints.length;
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('confusion')).toHaveCount(ids.length - 1);
  const card = page.locator('section:has(#confusion-title)');
  await app.evaluate(({ ipcMain }) => ipcMain.removeHandler('compare:confusions'));
  await card.getByLabel('With TTA').check();
  await expect(card.getByTestId('fault')).toContainText('compare:confusions');
  await expect(page.getByTestId('confusion')).toHaveCount(0);
  await expect(page.getByTestId('disagreeing')).toBeVisible();
  expect(complaints.slice(before).filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});
