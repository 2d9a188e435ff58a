import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
import { dropOnWindow, FileApp, root } from './support/app.ts';
import { drawPictures } from './support/pictures.ts';

const granary = new FileApp();

test('a picture’s preview follows what augmentation may do, and the command line draws the same', async () => {
  const { folder, workspace } = granary;
  const pictures = join(folder, 'shapes');
  await drawPictures(pictures, 2);
  await granary.start();
  const { page } = granary;
  /** Every PNG below a folder, as text. */
  const drawnIn = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.png'))
      .map((name) => readFileSync(join(path, name), 'base64'));
  const byCli = (name: string, ...flags: string[]): string[] => {
    const out = join(folder, name);
    const given = ['--id', 'bars/bars-0.jpg', '--size', '32', '--out', out, ...flags];
    execFileSync(process.execPath, [join(root, 'bin', 'granary.cjs'), 'preview', pictures, ...given], {
      env: { ...process.env, GRANARY_WORKSPACE: workspace },
    });
    return drawnIn(out);
  };
  const inApp = (): string[] => drawnIn(join(workspace, layout.previews));

  await dropOnWindow(page, pictures);
  await page.getByRole('button', { name: 'Show the pictures of bars' }).click();
  await page.getByTestId('picture-grid').locator('[data-index="0"]').click();
  await page.getByRole('tab', { name: 'Preview' }).click();
  await page.getByLabel('Sizes').fill('32');
  const pairs = page.getByTestId('preview-pair');
  await expect(pairs).toHaveCount(3, { timeout: 60_000 });
  await expect(pairs.first()).toContainText('48 → 32');
  await expect(page.getByText('drawing …')).toBeHidden();
  const usual = byCli('usual');
  // Three methods, each cached, judged and five times augmented, all of them different pictures but for what padding leaves alike.
  expect(usual).toHaveLength(3 * 7);
  expect(new Set(usual).size).toBeGreaterThan(15);
  expect(inApp()).toEqual(expect.arrayContaining(usual));

  await page.getByLabel('Rotation, degrees').fill('90');
  await page.getByLabel('Lighting').fill('0');
  await page.getByLabel('Warp').fill('0');
  await page.getByLabel('Smallest crop').fill('1');
  await expect(page.getByText('drawing …')).toBeVisible();
  await expect(page.getByText('drawing …')).toBeHidden({ timeout: 60_000 });
  const turned = byCli(
    'turned',
    ...['--max-rotate', '90', '--max-lighting', '0', '--max-warp', '0', '--min-scale', '1'],
  );
  expect(turned.filter((one) => !usual.includes(one)).length).toBeGreaterThan(5);
  expect(inApp()).toEqual(expect.arrayContaining(turned));
  expect(granary.complaints).toEqual([]);
});
