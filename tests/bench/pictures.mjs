/* global document, getComputedStyle, requestAnimationFrame -- inside page.evaluate */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { withDisplay } from '../../scripts/xvfb.mjs';
import { seeded } from '../support/example-workspace.mjs';
import { openWindow, phase, watchFrames } from './support/window.mjs';

/**
 * Looking through a large dataset in the real app: frames a second and tasks over 50 ms while its pictures are scrolled for the
 * first time (each thumbnail is made), again (they are kept), flung past, filtered and walked with the keyboard, and how long it
 * takes after each until every tile in sight shows its picture. At the end as many plain boxes are scrolled in the same place.
 *   node tests/bench/pictures.mjs FOLDER [pictures=10000]
 * FOLDER is drawn first where it is not there: JPEGs of 480 × 640 in twenty classes. With `draw` as third argument it ends then.
 */
const [given, pictures = '10000', only] = process.argv.slice(2);
if (given === undefined) throw new Error('Say which folder: node tests/bench/pictures.mjs FOLDER');
const dataset = resolve(given);
if (!existsSync(dataset)) await draw(dataset, Number(pictures));
if (only !== 'draw') {
  const folder = mkdtempSync(join(tmpdir(), 'granary-bench-'));
  try {
    await withDisplay((environment) => measure(environment, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function draw(to, count) {
  const random = seeded(1);
  const part = `${to}.part`;
  rmSync(part, { recursive: true, force: true });
  for (let label = 0; label < 20; label += 1)
    mkdirSync(join(part, `class-${String(label).padStart(2, '0')}`), { recursive: true });
  const one = async (index) => {
    const spots = Buffer.from(Uint8Array.from({ length: 12 * 16 * 3 }, () => 256 * random()));
    await sharp(spots, { raw: { width: 12, height: 16, channels: 3 } })
      .resize(480, 640, { fit: 'fill' })
      .jpeg({ quality: 85 })
      .toFile(join(part, `class-${String(index % 20).padStart(2, '0')}`, `${index}.jpg`));
  };
  for (let from = 0; from < count; from += 8)
    await Promise.all(Array.from({ length: Math.min(8, count - from) }, (_, i) => one(from + i)));
  renameSync(part, to);
}

async function measure(environment, folder) {
  const { app, page } = await openWindow(environment, {
    workspace: join(folder, 'workspace'),
    preferences: join(folder, 'preferences'),
  });
  await page.getByRole('main').locator('h1, button').first().waitFor();
  const debug = await page.context().newCDPSession(page);
  const data = { items: [], files: [dataset], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await debug.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data });
  await page.getByTestId('dataset-name').waitFor({ timeout: 180_000 });
  await page.getByRole('tab', { name: /^Pictures/ }).click();
  const grid = page.getByTestId('picture-grid');
  await grid.waitFor();
  console.log(await page.getByTestId('picture-total').innerText());
  await page.waitForTimeout(1500);
  await watchFrames(page);

  const timed = async (name, act) => {
    await phase(page, name, act);
    console.log(`  all in sight shown ${await untilShown(page)} ms later`);
  };
  const scroll = (step, scroller = grid) =>
    scroller.evaluate(
      (box, by) =>
        new Promise((done) => {
          box.scrollTop = 0;
          const next = () => {
            box.scrollTop += by;
            if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) done();
            else requestAnimationFrame(next);
          };
          requestAnimationFrame(next);
        }),
      step,
    );
  await timed('scrolled from end to end for the first time, 120 px a frame', () => scroll(120));
  await timed('scrolled again, 120 px a frame', () => scroll(120));
  await timed('flung, 2,000 px a frame', () => scroll(2000));
  await timed('filtered by four classes', async () => {
    for (const value of ['class-3', 'class-7', 'class-11', 'all']) {
      await page.getByRole('search').locator('select').last().selectOption(value);
      await page.waitForTimeout(250);
    }
  });
  await timed('searched as it is typed', async () => {
    const box = page.getByRole('searchbox');
    await box.pressSequentially('class-05/12', { delay: 60 });
    await box.fill('');
  });
  await timed('walked down with the keyboard', async () => {
    await grid.locator('.tile').first().click();
    for (let i = 0; i < 120; i += 1) await page.keyboard.press('ArrowDown');
  });
  await grid.evaluate(layPlainBoxes, Number(pictures));
  await page.waitForTimeout(1000);
  await phase(page, 'to compare: as many plain boxes scrolled in the same place, 120 px a frame', () =>
    scroll(120, page.locator('#plain-boxes')),
  );
  await app.close();
}

/** Puts a scroller with boxes of one colour each in the grid's place: what scrolling costs the browser itself. */
function layPlainBoxes(grid, count) {
  const place = (element, style) => Object.assign(element.style, { position: 'absolute', ...style });
  const { width, height } = grid.getBoundingClientRect();
  const scroller = document.createElement('div');
  scroller.id = 'plain-boxes';
  Object.assign(scroller.style, {
    width: `${width}px`,
    height: `${height}px`,
    overflowY: 'auto',
    contain: 'strict',
    background: getComputedStyle(grid).backgroundColor,
  });
  const space = document.createElement('div');
  Object.assign(space.style, { position: 'relative', height: `${Math.ceil(count / 7) * 152}px` });
  for (let index = 0; index < count; index += 1) {
    const box = document.createElement('div');
    place(box, {
      left: `${(index % 7) * 132 + 6}px`,
      top: `${Math.floor(index / 7) * 152 + 6}px`,
      width: '119px',
      height: '119px',
      background: `hsl(${(index * 47) % 360} 60% 55%)`,
    });
    space.append(box);
  }
  scroller.append(space);
  grid.parentElement.append(scroller);
  grid.style.display = 'none';
}

/** Milliseconds until each tile that is drawn has its picture. */
function untilShown(page) {
  return page.evaluate(async () => {
    const began = performance.now();
    const waiting = () =>
      [...document.querySelectorAll('[data-testid="picture-grid"] .tile')].some(
        (tile) => tile.querySelector('canvas[data-shown]') === null,
      );
    while (waiting() && performance.now() - began < 20_000)
      await new Promise((next) => requestAnimationFrame(next));
    return Math.round(performance.now() - began);
  });
}
