import { expect, test } from '@playwright/test';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder, startApp } from './support/app.ts';

test('a workspace that is moved away is told of, nothing is made in its place, and it goes on where it is opened anew', async () => {
  const folder = scratchFolder();
  const workspace = join(folder.path, 'workspace');
  const moved = join(folder.path, 'moved');
  const { writeRuns } = await import('../support/example-workspace.mjs');
  writeRuns(workspace, { runs: 3, epochs: 2 });
  const { app, page, close } = await startApp(folder.path);
  const gone = page.getByTestId('gone');
  const rows = page.getByTestId('run-row');
  try {
    await page.keyboard.press('Control+4');
    await expect(rows).toHaveCount(3);

    renameSync(workspace, moved);
    await expect(gone).toContainText(`${workspace} was moved or deleted`);
    await expect(rows).toHaveCount(3);
    await page.keyboard.press('Control+3');
    await page.keyboard.press('Control+4');
    await expect(rows).toHaveCount(3);

    renameSync(moved, workspace);
    await expect(gone).toBeHidden();

    renameSync(workspace, moved);
    await expect(gone).toBeVisible();
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    }, moved);
    await gone.getByRole('button', { name: 'Open it where it is now…' }).click();
    await expect(gone).toBeHidden();
    await expect(page.getByTestId('workspace')).toHaveText(moved);
    // Its lock came with it, and is this app's own: it is not read only.
    await expect(page.getByTestId('attached')).toBeHidden();
    await expect(rows).toHaveCount(3);
    expect(existsSync(workspace)).toBe(false);
  } finally {
    await close();
    folder.remove();
  }
});
