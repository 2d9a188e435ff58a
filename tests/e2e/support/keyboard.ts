import type { Page } from '@playwright/test';

/** What has the focus, by its name. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement === null || activeElement === document.body
      ? 'nothing'
      : (activeElement.getAttribute('aria-label') ?? activeElement.textContent.trim());
  });

/** Walks through the view with Tab from its beginning. What had no name, was out of sight or looked as if it had no focus, in words. */
export async function walked(page: Page): Promise<{ stops: number; faults: string[] }> {
  await page.getByRole('main').focus();
  const faults: string[] = [];
  for (let stops = 0; stops < 200; stops += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const one = document.activeElement;
      if (one === null || one.closest('main') === null || one.tagName === 'MAIN') return null;
      const shown = (element: Element): boolean => {
        const { outlineStyle, outlineWidth, strokeWidth } = getComputedStyle(element);
        const outlined = outlineStyle !== 'none' && outlineWidth !== '0px';
        return outlined || (element instanceof SVGElement && parseFloat(strokeWidth) >= 3);
      };
      const box = one.getBoundingClientRect();
      const labels = (one as HTMLInputElement).labels ?? null;
      const name =
        one.getAttribute('aria-label') ??
        labels?.[0]?.textContent ??
        (one.textContent || one.getAttribute('title'));
      return {
        what: `${one.tagName.toLowerCase()} “${(name ?? '').trim().slice(0, 60)}”`,
        named: (name ?? '').trim() !== '',
        seen:
          box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        // Of a card with a box in it the whole card shows it.
        shown: shown(one) || (one.closest('label') !== null && shown(one.closest('label')!)),
      };
    });
    if (stop === null) return { stops, faults };
    if (!stop.named) faults.push(`${stop.what} has no name`);
    if (!stop.seen) faults.push(`${stop.what} is out of sight`);
    if (!stop.shown) faults.push(`${stop.what} does not show that it has the focus`);
  }
  return { stops: 200, faults: [...faults, 'Tab does not come out of it'] };
}
