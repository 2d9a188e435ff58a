import type { Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './app.ts';

/**
 * Takes the guide's picture of what is on screen, light and dark, into docs/screenshots/. Only when GRANARY_SCREENSHOTS is set: the
 * pictures are part of the repository and change when someone means them to.
 */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env['GRANARY_SCREENSHOTS'] === undefined) return;
  const folder = join(root, 'docs', 'screenshots');
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: null });
}
