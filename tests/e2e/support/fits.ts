import { expect, type Locator, type Page } from '@playwright/test';
import type { RunningApp } from './app.ts';

/** Makes the inside of the window so large, in pixels. */
export async function resize({ app, page }: RunningApp, width: number, height: number): Promise<void> {
  await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]!.setContentSize(...size), [
    width,
    height,
  ] as const);
  await page.waitForFunction((size) => window.innerWidth === size, width);
}

/** Nothing in the view, or in a part of it, is wider than what it lies in: none of it is cut or has to be scrolled to sideways. */
export async function expectToFit(page: Page, part: Locator = page.getByRole('main')): Promise<void> {
  const over = (): Promise<string[]> =>
    part.evaluate((whole) => {
      const edge = whole.getBoundingClientRect().right;
      return [whole, ...whole.querySelectorAll('*')]
        .filter((one) => one.closest('.visually-hidden, svg *, select, option') === null)
        .filter((one) => getComputedStyle(one).display !== 'inline')
        .filter(
          (one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > edge + 1,
        )
        .map((one) => `${one.tagName}.${one.classList[0] ?? ''} ${one.textContent.trim().slice(0, 60)}`);
    });
  // A view that was just made narrower takes a frame or two to follow.
  await expect.poll(over).toEqual([]);
}
