import { expect, test } from '@playwright/test';
import { join } from 'node:path';
import { scratchFolder, startApp } from './support/app.ts';

test('a second app on the same workspace says who has it, only reads, and takes over when the first has gone', async () => {
  const first = scratchFolder();
  const second = scratchFolder();
  const owner = await startApp(first.path);
  const guest = await startApp(second.path, { GRANARY_WORKSPACE: owner.workspace });
  try {
    await expect(owner.page.getByTestId('attached')).toBeHidden();
    const note = guest.page.getByTestId('attached');
    await expect(note).toContainText('Read only');
    await expect(note).toContainText(`process ${String(owner.app.process().pid)}`);
    await expect(guest.page.getByTestId('workspace')).toHaveText(join(first.path, 'workspace'));

    await owner.close();
    await expect(note).toBeHidden();
    expect(guest.complaints).toEqual([]);
  } finally {
    await guest.close();
    first.remove();
    second.remove();
  }
});
