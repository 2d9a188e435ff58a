import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { openWindow } from '../../tests/bench/support/window.mjs';
import { root } from '../setup/paths.mjs';

/** Where the guide's pictures lie. */
export const album = join(root, 'docs', 'screenshots');
/** Larger pictures take a while to load for whoever reads the guide. */
const MOST_BYTES = 200_000;

/**
 * Takes a picture of a page in both themes: docs/screenshots/NAME-light.png and NAME-dark.png, with a palette, as most of a
 * window is a few plain colours.
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 */
export async function shoot(page, name) {
  mkdirSync(album, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.mouse.move(3, 3);
    // Charts are drawn anew in the other theme's colours.
    await page.waitForTimeout(500);
    await keep(await page.screenshot(), `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Writes a picture with as many colours as its size allows. */
async function keep(png, name) {
  for (const colours of [256, 128, 64, 32]) {
    const small = await sharp(png).png({ palette: true, colours, effort: 10, dither: 0.6 }).toBuffer();
    if (small.length > MOST_BYTES && colours > 32) continue;
    writeFileSync(join(album, `${name}.png`), small);
    console.log(`${name}.png  ${Math.round(small.length / 1000)} kB, ${colours} colours`);
    return;
  }
}

/** Waits until so many pictures are decoded and drawn. */
export async function drawn(images, count) {
  for (let tries = 0; tries < 600; tries += 1) {
    const ready = await images.evaluateAll(
      (all) => all.filter((image) => image.complete && image.naturalWidth > 0).length,
    );
    if (ready >= count) return;
    await new Promise((done) => setTimeout(done, 300));
  }
  throw new Error(`There are fewer than ${count} pictures.`);
}

/**
 * Starts the real app.
 * @param {NodeJS.ProcessEnv} environment with a display
 * @param {string} workspace
 * @param {string} preferences an empty folder: the window as somebody sees it first
 */
export async function openApp(environment, workspace, preferences) {
  const { app, page } = await openWindow(environment, { workspace, preferences });
  await page.getByRole('main').locator('h1, button').first().waitFor();
  const scroll = (top) => page.getByRole('main').evaluate((main, to) => (main.scrollTop = to), top);
  return {
    app,
    page,
    /** How high and wide is what is inside the window, in pixels. */
    async height(height, width = 1360) {
      await app.evaluate(
        ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0].setContentSize(...size),
        [width, height],
      );
      await page.waitForFunction(
        ([wide, high]) => globalThis.innerWidth === wide && globalThis.innerHeight === high,
        [width, height],
      );
    },
    scroll,
    /** Scrolls a part to the top of the window, with some room above it. */
    async scrollTo(part) {
      // Not scrollIntoView: it moves the whole window, too, where a part cannot come to the top.
      await part.evaluate((element) => {
        const main = element.closest('main');
        main.scrollTop += element.getBoundingClientRect().top - main.getBoundingClientRect().top - 16;
      });
    },
    /** Drops files or folders on the window, all at once, as the system does. */
    async drop(...files) {
      const session = await page.context().newCDPSession(page);
      const data = { items: [], files, dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'])
        await session.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data });
      await session.detach();
    },
    go: (key) => page.keyboard.press(`Control+${key}`),
    shoot: (name) => shoot(page, name),
    close: () => app.close(),
  };
}
