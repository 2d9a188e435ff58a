import type { Page } from '@playwright/test';

/**
 * Takes the guide's picture of what is on screen, light and dark, into docs/screenshots/. Only when GRANARY_SCREENSHOTS is set: the
 * pictures are part of the repository and change when someone means them to.
 */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env['GRANARY_SCREENSHOTS'] === undefined) return;
  // Notices of what was done before cover what is to be seen.
  const notices = page.getByTestId('toast').getByRole('button', { name: 'Dismiss' });
  while ((await notices.count()) > 0) await notices.first().click();
  const { shoot } = await import('../../../scripts/screenshots/camera.mjs');
  await shoot(page, name);
}
