import { expect, test } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropOnWindow, FileApp } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

const granary = new FileApp();
const other = join(granary.folder, 'other');

test.beforeAll(async () => {
  const { writeRuns } = await import('../support/example-workspace.mjs');
  writeRuns(join(granary.folder, 'workspace'), { runs: 2, epochs: 2 });
  writeRuns(other, { runs: 4, epochs: 2, seed: 3 });
  await granary.start();
});

/** The system's dialog cannot be driven from here; it answers with a path. */
async function openAnother(path: string): Promise<void> {
  const { app, page } = granary;
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Open another…' }).click();
}

test('another workspace brings its own runs, and nothing of the one before', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('run-row')).toHaveCount(2);
  await page.getByLabel('Mark all runs').check();
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('compared')).toHaveCount(2);
  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: 'Take the 2 finished runs' }).click();
  await expect(page.getByTestId('member')).toHaveCount(2);

  await openAnother(other);
  await expect(page.getByTestId('settings-workspace-path')).toHaveText(other);
  await expect(page.getByTestId('workspace')).toHaveText(other);
  await page.keyboard.press('Control+6');
  await expect(page.getByRole('button', { name: 'Take the 4 finished runs' })).toBeVisible();
  await page.keyboard.press('Control+5');
  await expect(page.getByText('Mark two or more runs')).toBeVisible();
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('run-row')).toHaveCount(4);
});

test('what is no folder is refused in words, and the one that is open stays', async () => {
  const { app, page } = granary;
  const file = join(granary.folder, 'a file');
  writeFileSync(file, '');
  await openAnother(file);
  const fault = page.getByTestId('fault');
  await expect(fault).toHaveAttribute('data-code', 'WORKSPACE_INVALID');
  await expect(fault).toContainText(
    `The workspace ${file} cannot be written: it is a file, or lies below one.`,
  );
  await expect(page.getByTestId('settings-workspace-path')).toHaveText(other);
  // The native menu says the same in a box of the system's.
  const said = await app.evaluate(
    ({ dialog, Menu }) =>
      new Promise<string>((resolve) => {
        dialog.showErrorBox = (_title, content) => resolve(content);
        const menu = Menu.getApplicationMenu()!.items.find(({ label }) => label === '&File')!;
        menu.submenu!.items.find(({ label }) => label === 'Open workspace…')!.click();
      }),
  );
  expect(said).toContain('it is a file, or lies below one');
  await fault.getByRole('button', { name: 'Dismiss' }).click();
});

test('a workspace whose queue cannot be read says where it was put when one changes to it', async () => {
  const { page } = granary;
  const damaged = join(granary.folder, 'damaged');
  mkdirSync(damaged);
  writeFileSync(join(damaged, 'queue.json'), '{');
  await openAnother(damaged);
  await expect(page.getByTestId('settings-workspace-path')).toHaveText(damaged);
  await expect(page.getByTestId('toast')).toContainText('queue.json.damaged-');
  await openAnother(other);
  await expect(page.getByTestId('settings-workspace-path')).toHaveText(other);
});

test('while a run trains no other workspace is opened; reduced motion stands everything still', async () => {
  test.setTimeout(120_000);
  const { page } = granary;
  const pictures = join(granary.folder, 'shapes');
  await drawPictures(pictures, 8);
  await dropOnWindow(page, pictures);
  await setUpGrid(page, { sizes: '32, 40' });
  // Runs of this workspace have told how long the like takes: each run's time, and that of all.
  const times = page.getByTestId('preview-run').getByText(/about \d/);
  await expect(times).toHaveCount(2, { timeout: 30_000 });
  await expect(page.getByTestId('preview-time')).toContainText(/^about \d/);
  await page.getByLabel('Sizes').fill('32');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByTestId('live').getByTestId('doing')).toContainText('step', { timeout: 60_000 });
  await openAnother(join(granary.folder, 'third'));
  await expect(page.getByTestId('fault')).toContainText('A run is training in the workspace that is open.');
  await expect(page.getByTestId('settings-workspace-path')).toHaveText(other);

  await page.keyboard.press('Control+3');
  await expect(page.getByTestId('live')).toBeVisible();
  const moving = (): Promise<number> =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((one) => {
          const { animationName, animationDuration, transitionDuration } = getComputedStyle(one);
          const animated = animationName !== 'none' && parseFloat(animationDuration) > 0.01;
          return animated || transitionDuration.split(',').some((part) => parseFloat(part) > 0.01);
        }).length,
    );
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await moving()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toBe(0);
  await page.emulateMedia({ reducedMotion: null });
  expect(granary.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});
