import { expect, type Page } from '@playwright/test';

/** The notice of an act that can be taken back. */
const offer = (page: Page, act: string) =>
  page.getByTestId('toast').filter({ hasText: act }).getByRole('button', { name: 'Undo' });

/**
 * Takes the newest act back with the key, as somebody does who was offered it: what an act changes is on the screen a moment before it can
 * be taken back.
 * @param act how its notice begins
 */
export async function undo(page: Page, act: string): Promise<void> {
  await expect(offer(page, act)).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(
    page
      .getByTestId('toast')
      .filter({ hasText: `Taken back: ${act}` })
      .last(),
  ).toBeVisible();
}

/** Does again what {@link undo} took back. */
export async function redo(page: Page, act: string): Promise<void> {
  await page.keyboard.press('Control+y');
  await expect(offer(page, act)).toBeVisible();
}
