import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** What WCAG 2.1 AA asks for, and what is good practice beside it. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

/**
 * Axe finds nothing wrong in the page as it stands, in either theme. Axe comes in through the debugger's own door, which the
 * page's security policy does not guard, so the policy stays as users have it. (Legacy mode: the other one opens a second page
 * to gather the results of frames. This app opens no second page and has no frames.)
 */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze();
    const words = violations.map(({ id, nodes }) => [
      id,
      ...nodes
        .slice(0, 4)
        .map(({ html, failureSummary }) => `${html.slice(0, 160)}  ${failureSummary ?? ''}`),
    ]);
    expect(words, `${what}, ${colorScheme} theme`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
