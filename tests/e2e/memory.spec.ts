import { expect, test } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { FitAnswer } from '../../shared/ipc/memory-views.ts';
import { expectAccessible } from './support/axe.ts';
import { dropOnWindow, FileApp, root } from './support/app.ts';
import { drawPictures } from './support/pictures.ts';

/** The app on a machine with a card, told by a stand-in for nvidia-smi, and 1,100 MiB for each worker. */
const granary = new FileApp();

const seen = '0, GPU-aaa, 550.54, 12288, 3072, 9216, 37, 61, 120.50, NVIDIA GeForce RTX 3060';
const second = '1, GPU-bbb, 550.54, 24576, 6144, 18432, 80, 74, 300.00, NVIDIA GeForce RTX 4090';
const wait = { wait: 400 };
/** Both until a test has seen them, then one of them is gone for good. */
const vanished = join(granary.folder, 'vanished');
const script = {
  cards: [
    { repeat: [seen, second, wait], until: vanished },
    'Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error',
    { repeat: [second, wait] },
  ],
};

test.beforeAll(async () => {
  await drawPictures(join(granary.folder, 'shapes'), 8);
  await granary.start({
    PATH: `${join(root, 'tests', 'fixtures', 'nvidia')}${delimiter}${process.env['PATH']}`,
    FAKE_NVIDIA: JSON.stringify(script),
    GRANARY_WORKER_MEMORY: '1100MB',
  });
});

test('the machine over time: what the driver says, and a card that vanishes', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+3');
  const card = (uuid: string) => page.locator(`[data-testid=machine-memory][data-key="${uuid}"]`);
  await expect(card('GPU-aaa')).toContainText('3.0 GiB of 12.0 GiB used, 37 % busy, 61 °C', {
    timeout: 15_000,
  });
  await expect(card('GPU-bbb')).toContainText('6.0 GiB of 24.0 GiB used, 80 % busy, 74 °C');
  await expect(card('main')).toContainText(/GiB of [\d.]+ GiB used, processors \d+ % busy/);
  await expect(page.getByTestId('machine').getByRole('img', { name: /^Temperature .* 61/ })).toBeVisible();
  // Gone: said so, and its curve stays.
  writeFileSync(vanished, '');
  await expect(card('GPU-aaa')).toContainText('not seen any more', { timeout: 25_000 });
  await expect(page.getByTestId('machine-problem')).toContainText(/RTX 3060|device handle/);
  await expect(card('GPU-bbb')).toContainText('74 °C');
  // Shown again when the view is opened again: main has kept it.
  await page.keyboard.press('Control+2');
  await page.keyboard.press('Control+3');
  await expect(card('GPU-aaa')).toContainText('not seen any more');
  await expectAccessible(page, 'queue with the machine');
  expect(granary.complaints).toEqual([]);
});

test('the margin is a setting of the workspace, which the command line keeps to', async () => {
  const { page, workspace } = granary;
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  const settings = page.getByTestId('memory-settings');
  await expect(settings.getByTestId('memory-settings-path')).toHaveText(join(workspace, 'settings.json'));
  await settings.getByLabel('% of what is free').fill('95');
  await settings.getByLabel('% of what is free').press('Tab');
  await expect(settings.getByRole('alert')).toContainText('0 to 90');
  const kept = (): unknown => JSON.parse(readFileSync(join(workspace, 'settings.json'), 'utf8'));
  // The second field is being typed in when the answer to the first one's change comes: it keeps what was typed.
  await settings.evaluate((section) => {
    const [percent, least] = section.querySelectorAll<HTMLInputElement>('input[type=number]');
    const type = (field: HTMLInputElement): void => {
      field.value = '0';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    type(percent!);
    percent!.dispatchEvent(new Event('change', { bubbles: true }));
    type(least!);
  });
  await expect.poll(kept).toMatchObject({ memory: { margin: { share: 0, leastMb: 300 } } });
  await expect(settings.getByLabel('MB at least')).toHaveValue('0');
  await settings.getByLabel('MB at least').dispatchEvent('change');
  await settings.getByLabel('Wait until the memory is free').check();
  await expect
    .poll(kept)
    .toEqual({ version: 1, memory: { margin: { share: 0, leastMb: 0 }, whenShort: 'wait' } });
  await expectAccessible(page, 'settings');
});

test('the grid says how each run fits, with a bar for each architecture; what cannot fit is not run', async () => {
  test.setTimeout(120_000);
  const { page } = granary;
  await dropOnWindow(page, join(granary.folder, 'shapes'));
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await page.getByLabel('Search architectures').fill('resnet18');
  await page.getByText('resnet18', { exact: true }).click();
  await page.getByLabel('Sizes').fill('32');
  await page.getByLabel('Batch size').fill('8');
  const bar = (arch: string) => page.locator(`[data-testid=fit-bar][data-arch=${arch}]`);
  await expect(bar('resnet18')).toHaveAttribute('data-level', 'whole', { timeout: 60_000 });
  await page.getByLabel('Search architectures').fill('convnext_large');
  await page.getByText('convnext_large', { exact: true }).click();
  await expect(bar('convnext_large')).toHaveAttribute('data-level', 'cannot', { timeout: 60_000 });
  await expect(bar('convnext_large')).toContainText('too large');

  const runs = page.getByTestId('preview-run');
  await expect(runs).toHaveCount(2);
  await expect(runs.nth(1)).toContainText('Not run: Choose a smaller architecture.', { timeout: 60_000 });
  await expect(page.getByTestId('preview-count')).toHaveText('1 run');
  // What is shown is what the planner says.
  const [answer] = (await page.evaluate(async () => {
    const bridge = (
      window as unknown as { granary: { invoke(name: string, input: unknown): Promise<unknown> } }
    ).granary;
    const size = { height: 32, width: 32 };
    const base = { arch: 'resnet18', size, presize: { height: 48, width: 48 }, batchSize: 8, accum: 1 };
    const question = { ...base, autoAccum: true, checkpointing: false, precision: 'float32', classes: [3] };
    return ((await bridge.invoke('memory:fits', { questions: [question] })) as { value: unknown }).value;
  })) as FitAnswer[];
  if (typeof answer !== 'object') throw new Error(String(answer));
  expect(answer).toMatchObject({ state: 'fits', plan: { microBatch: 8, accum: 1, marginMb: 0 } });
  await page.getByLabel('Search architectures').fill('');
  await expect(runs.nth(0)).toContainText(
    `fits: 8 × 1, ${Math.round(answer.plan.predictedMb)} MiB of 1.1 GiB free`,
  );
  await expect(bar('resnet18')).toHaveAttribute(
    'data-share',
    (answer.wholeMb / answer.plan.device.freeMb).toFixed(3),
  );
  await runs.nth(0).locator('summary').press('Enter');
  await expect(runs.nth(0)).toContainText(answer.plan.reason);

  // Accumulation and checkpointing are the block's own.
  await page.getByLabel('Accumulation').fill('2');
  await page.getByRole('switch', { name: 'Checkpointing' }).check();
  await expect(runs.nth(0)).toContainText('4 × 2 with checkpointing', { timeout: 60_000 });
  await page.getByLabel('Accumulation').fill('');
  await expectAccessible(page, 'grid with memory');

  await page.getByText('More settings').click();
  await page.getByLabel('Epochs', { exact: true }).fill('400');
  await page.getByText('Start from scratch').click();
  await expect(page.getByTestId('preview-count')).toHaveText('1 run', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Start' }).click();
  const items = page.getByTestId('queue-item');
  await expect(items).toHaveCount(2);
  await expect(items.nth(1)).toHaveAttribute('data-state', 'skipped');
  await expect(items.nth(1)).toContainText('It cannot fit');
  // The worker's own memory and its peak are drawn beside what all programs hold.
  await expect(
    page.locator('[data-testid=machine-memory][data-key=main]').getByText('the worker'),
  ).toBeVisible({
    timeout: 30_000,
  });
  await expect(
    page.locator('[data-testid=machine-memory][data-key=main]').getByText(/(predicted|probed) peak/),
  ).toBeVisible({ timeout: 60_000 });
  expect(granary.complaints).toEqual([]);
});
