import { expect, type Locator, test } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FakeHub } from '../unit/hub/fake-hub.ts';
import { dropOnWindow, FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { drawPictures } from './support/pictures.ts';

/** Weights that are fetched before a run asks for them, from a hub on this machine; each test goes on where the one before ended. */
const NAME = 'resnet18.a1_in1k';
const OTHER = 'resnet34.a1_in1k';
const granary = new FileApp();
const cache = join(granary.folder, 'cache');
const place = join(cache, 'hub', NAME);
let hub: FakeHub;
let weights: { bytes: Buffer; sha256: string };

const toFetch = (): Locator => granary.page.getByTestId('to-fetch');
const press = (name: string): Promise<void> => toFetch().getByRole('button', { name, exact: true }).click();
const row = (arch: string): Locator =>
  granary.page.locator(`[data-testid="chosen-weights"][data-arch="${arch}"]`);
const kept = (): string[] =>
  existsSync(place) ? readdirSync(place).filter((name) => !name.startsWith('.')) : [];

test.beforeAll(async () => {
  hub = await FakeHub.start();
  weights = hub.put(NAME, 16_000_000);
  await drawPictures(join(granary.folder, 'shapes'), 8);
  await granary.start({
    GRANARY_CACHE: cache,
    HF_HUB_CACHE: join(granary.folder, 'python'),
    HF_ENDPOINT: hub.endpoint,
  });
  const { page } = granary;
  await dropOnWindow(page, join(granary.folder, 'shapes'));
  await page.getByRole('button', { name: 'Set up a grid' }).click();
  await page.getByText('resnet18', { exact: true }).click();
  await page.getByLabel('Sizes').fill('32');
  await expect(toFetch()).toContainText(NAME);
});
test.afterAll(() => hub.stop());
test.afterEach(() => expect(granary.complaints).toEqual([]));

test('another file than the hub says is told and thrown away', async () => {
  hub.coming.push({ type: 'other' });
  await press('Fetch now');
  const fault = toFetch().getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'HASH_MISMATCH');
  await expect(fault).toContainText(`timm/${NAME} is not what the hub says it is`);
  expect(kept()).toEqual([]);
  await expect(row('resnet18').getByTestId('weights-here')).toContainText('to fetch');
});

// Only root may make a disk.
test('a disk without room is told before anything is fetched', async () => {
  mkdirSync(join(cache, 'hub'), { recursive: true });
  const disk = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', join(cache, 'hub')] as const;
  test.skip(spawnSync(disk[0], disk.slice(1)).status !== 0, 'no disk can be made here');
  try {
    const before = hub.downloads.length;
    await press('Fetch again');
    const fault = toFetch().getByTestId('fault');
    await expect(fault).toHaveAttribute('data-code', 'NO_SPACE');
    await expect(fault).toContainText('GRANARY_CACHE');
    expect(hub.downloads).toHaveLength(before);
  } finally {
    spawnSync('umount', ['-l', join(cache, 'hub')]);
  }
});

test('a fetch shows how far it is, is cancelled, and goes on where it stood', async () => {
  const { page } = granary;
  // A minute, of which all that follows takes a few: it is cancelled long before.
  hub.coming.push({ type: 'slow', bytes: 6000 });
  await press('Fetch again');
  const fetching = toFetch().getByTestId('fetching');
  await expect(fetching).toContainText(/resnet18\.a1_in1k: \d.* of 16\.0 MB, .*\/s, (\d+ min )?\d+ s left/);
  await expect(fetching.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^\d/);
  await expect(row('resnet18')).toContainText('being fetched');
  await expectAccessible(page, 'grid while weights are fetched');
  // Also while the grid has no runs that would need it.
  await page.getByLabel('Sizes').fill('');
  await expect(toFetch()).not.toContainText('will be downloaded');
  await expect(fetching).toContainText(/resnet18\.a1_in1k: \d.* of 16\.0 MB/);
  await expect(toFetch().getByRole('button', { name: 'Cancel' })).toBeEnabled();
  await page.getByLabel('Sizes').fill('32');
  await expect(toFetch()).toContainText('will be downloaded');
  await press('Cancel');
  await expect(toFetch().getByTestId('fetch-stopped')).toBeVisible();
  await expect(toFetch().getByRole('button', { name: 'Fetch again' })).toBeFocused();
  const part = join(place, `${weights.sha256}.part`);
  const had = statSync(part).size;
  expect(had).toBeGreaterThan(0);
  expect(had).toBeLessThan(weights.bytes.length);

  await press('Fetch again');
  await expect(page.getByTestId('toast').last()).toContainText(`Fetched the weights ${NAME}`);
  expect(hub.downloads.at(-1)!.range).toBe(`bytes=${had}-`);
  expect(kept()).toEqual([`${weights.sha256}.safetensors`]);
  expect(readFileSync(join(place, kept()[0]!)).equals(weights.bytes)).toBe(true);
  await expect(row('resnet18').getByTestId('weights-here')).toHaveText('in the cache');
  await expect(toFetch()).toHaveCount(0);
});

test('some are fetched from their own line or with the palette; what the hub does not have, and a hub that is gone, is told', async () => {
  const { page } = granary;
  await page.getByText('resnet34', { exact: true }).click();
  await expect(toFetch().getByRole('listitem')).toHaveText([new RegExp(`^${OTHER}`)]);
  await row('resnet34')
    .getByRole('button', { name: `Fetch the weights ${OTHER} now` })
    .click();
  const fault = toFetch().getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'WEIGHTS_NOT_FOUND');
  await page.getByLabel('Sizes').fill('');
  await expect(toFetch().getByRole('listitem')).toHaveCount(0);
  await expect(fault).toHaveAttribute('data-code', 'WEIGHTS_NOT_FOUND');
  await page.getByLabel('Sizes').fill('32');
  await expect(toFetch().getByRole('listitem')).toHaveCount(1);

  await hub.stop();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('fetch the weights');
  await page.keyboard.press('Enter');
  await expect(toFetch().getByTestId('fetching')).toBeVisible();
  await expect(fault).toHaveAttribute('data-code', 'NO_NETWORK', { timeout: 30_000 });
  await expect(fault).toContainText('HF_ENDPOINT');
  await fault.getByRole('button', { name: 'Dismiss' }).click();
  await expect(fault).toHaveCount(0);
  await expect(toFetch().getByRole('button', { name: 'Fetch now' })).toBeEnabled();
});
