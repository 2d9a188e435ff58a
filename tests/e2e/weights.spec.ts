import { expect, test } from '@playwright/test';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadSize } from '../../shared/architectures/download.ts';
import { weightsOf } from '../../shared/architectures/index.ts';
import { formatBytes } from '../../shared/format-bytes.ts';
import { runHeaderSchema } from '../../shared/records/run-record.ts';
import { dropOnWindow, scratchFolder, startApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { drawPictures } from './support/pictures.ts';

/** Weights as Python's hub library keeps them; only a run looks at what they hold. */
function writeIntoPythonCache(cache: string, name: string): void {
  const folder = join(cache, `models--timm--${name}`);
  const [revision, sha256] = ['1'.repeat(40), '2'.repeat(64)];
  for (const inner of ['refs', 'blobs', `snapshots/${revision}`])
    mkdirSync(join(folder, inner), { recursive: true });
  writeFileSync(join(folder, 'refs', 'main'), revision);
  writeFileSync(join(folder, 'blobs', sha256), 'weights');
  symlinkSync(join(folder, 'blobs', sha256), join(folder, 'snapshots', revision, 'model.safetensors'));
}

const sizeOf = (name: string): number => {
  const { info, tag } = weightsOf(name);
  return downloadSize(info, tag).bytes;
};

test('what runs start from is chosen a block: pretrained with what must be fetched, a run, a file that fits and one that does not', async () => {
  test.setTimeout(180_000);
  const folder = scratchFolder();
  const cache = join(folder.path, 'python');
  writeIntoPythonCache(cache, 'convnext_tiny.in12k_ft_in1k');
  const pictures = join(folder.path, 'shapes');
  await drawPictures(pictures, 12);
  const granary = await startApp(folder.path, { HF_HUB_CACHE: cache });
  const { app, page, workspace } = granary;
  try {
    await dropOnWindow(page, pictures);
    await page.getByRole('button', { name: 'Set up a grid' }).click();
    await page.getByText('convnext_tiny', { exact: true }).click();
    await page.getByText('resnet18', { exact: true }).click();
    await page.getByLabel('Sizes').fill('32');

    // Each architecture's weights: whether they are here, their size, their licence.
    const row = (arch: string) => page.locator(`[data-testid="chosen-weights"][data-arch="${arch}"]`);
    const toFetch = page.getByTestId('to-fetch');
    await expect(row('convnext_tiny').getByTestId('weights-here')).toHaveText('in the cache of Python');
    await expect(row('convnext_tiny')).toContainText('Apache-2.0');
    await expect(row('resnet18').getByTestId('weights-here')).toContainText(
      `no: about ${formatBytes(sizeOf('resnet18'))} to fetch`,
    );
    await expect(toFetch).toContainText(`About ${formatBytes(sizeOf('resnet18'))} will be downloaded`);
    await expect(toFetch.getByRole('listitem')).toHaveText([/^resnet18\.a1_in1k/]);

    // Other weights of an architecture have to be fetched, under their own licence.
    await page.getByLabel('Weights of convnext_tiny').selectOption('fb_in22k');
    const other = row('convnext_tiny.fb_in22k');
    await expect(other.getByTestId('weights-here')).toContainText(
      `no: about ${formatBytes(sizeOf('convnext_tiny.fb_in22k'))} to fetch`,
    );
    await expect(toFetch).toContainText(
      `About ${formatBytes(sizeOf('resnet18') + sizeOf('convnext_tiny.fb_in22k'))} will be downloaded`,
    );
    await expect(page.getByTestId('preview-run').first()).toContainText('convnext_tiny.fb_in22k');
    await expectAccessible(page, 'grid with weights to fetch');
    await page.getByText('convnext_tiny', { exact: true }).first().click();
    await expect(other).toHaveCount(0);

    // From scratch nothing is fetched; the run is what others start from below.
    await page.getByText('Start from scratch').click();
    await expect(toFetch).toHaveCount(0);
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    await page.getByLabel('Batch size').fill('8');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const items = page.getByTestId('queue-item');
    await expect(items.first()).toHaveAttribute('data-state', 'finished', { timeout: 90_000 });
    const [source] = readdirSync(join(workspace, 'runs')).filter((name) => name.includes('resnet18'));
    const file = join(workspace, 'runs', source!, 'weights.safetensors');

    // A file that is not the architecture's is refused before anything is queued, by the names of its parameters.
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, file);
    await page.keyboard.press('Control+2');
    await page.getByText('From a file').click();
    await expect(page.getByText('Choose the file of weights to start from.')).toBeVisible();
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await expect(page.getByTestId('weights-file')).toHaveText(file);
    await page.getByText('resnet34', { exact: true }).click();
    const runs = page.getByTestId('preview-run');
    await expect(runs.nth(1)).toContainText('Not run: resnet34: ', { timeout: 30_000 });
    await expect(runs.nth(1)).toContainText('layer1.2.conv1.weight is missing');
    await expect(runs.nth(0)).not.toContainText('Not run');
    await expect(page.getByTestId('preview-count')).toHaveText('1 run');
    await page.getByText('resnet18', { exact: true }).first().click();
    await expect(page.getByTestId('preview-fault')).toContainText('layer1.2.conv1.weight is missing', {
      timeout: 30_000,
    });
    await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled();

    // A finished run fits its own architecture alone; what starts from it says so in its record.
    await page.getByText('Go on from a run').click();
    await expect(page.getByText('No finished run of this workspace')).toBeVisible();
    await page.getByText('resnet34', { exact: true }).click();
    await page.getByText('resnet18', { exact: true }).click();
    await page.getByLabel('Run to go on from').selectOption(source!);
    await expect(page.getByTestId('preview-count')).toHaveText('1 run');
    await expectAccessible(page, 'grid that goes on from a run');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    // The finished one makes room for it.
    await expect(items.last()).not.toHaveAttribute('data-run', source!);
    await expect(items.last()).toHaveAttribute('data-state', 'finished', { timeout: 90_000 });
    const second = (await items.last().getAttribute('data-run'))!;
    const header = runHeaderSchema.parse(
      JSON.parse(readFileSync(join(workspace, 'runs', second, 'config.json'), 'utf8')),
    );
    expect(header.weights).toMatchObject({
      kind: 'run',
      source: `run:${source}`,
      missing: ['fc.weight', 'fc.bias'],
    });
    expect(granary.complaints).toEqual([]);
  } finally {
    await granary.close();
    folder.remove();
  }
});
