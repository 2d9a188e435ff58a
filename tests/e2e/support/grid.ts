import type { Page } from '@playwright/test';

/**
 * From the view of a dataset to a grid of one architecture, from scratch, that is ready to be started.
 * @param sizes as they are typed: `32, 40`
 */
export async function setUpGrid(
  page: Page,
  { arch = 'resnet18', sizes, epochs = 500 }: { arch?: string; sizes: string; epochs?: number },
): Promise<void> {
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await page.getByText(arch, { exact: true }).click();
  await page.getByLabel('Sizes').fill(sizes);
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByLabel('Batch size').fill('8');
  await page.getByText('More settings').click();
  await page.getByText('Start from scratch').click();
}
