import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queueSchema } from '../../shared/records/queue.ts';
import { dropOnWindow, FileApp, inWindow, isBack, killWindow, lives } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

/** What becomes of a window that crashes again and again, or hangs, and of the queue meanwhile. Tests go on where the one before ended. */
const granary = new FileApp();
let ids: string[];

/** The system's own questions cannot be seen from here: they are kept, and wait for an answer. */
type WithHeard = typeof globalThis & { asked: string[]; answer: (response: number) => void };

test.beforeAll(async () => {
  await drawPictures(join(granary.folder, 'shapes'), 8);
  await granary.start();
  const { app, page } = granary;
  await app.evaluate(({ dialog }) => {
    const heard = globalThis as WithHeard;
    heard.asked = [];
    dialog.showMessageBox = (...given: unknown[]) => {
      const { message, buttons } = given[given.length - 1] as Electron.MessageBoxOptions;
      heard.asked.push(`${message} ${buttons!.join(', ')}`);
      return new Promise((resolve) => {
        heard.answer = (response) => resolve({ response, checkboxChecked: false });
      });
    };
  });
  await dropOnWindow(page, join(granary.folder, 'shapes'));
  await setUpGrid(page, { sizes: '32, 40, 48' });
  await page.getByRole('button', { name: 'Start 3 runs' }).click();
  const items = page.getByTestId('queue-item');
  await expect(items.first()).toHaveAttribute('data-state', 'running');
  ids = await items.evaluateAll((rows) => rows.map((row) => row.dataset['run']!));
  await expect(page.getByTestId('live').getByTestId('doing')).toContainText('step', { timeout: 60_000 });
});

const asked = (): Promise<string[]> => granary.app.evaluate(() => (globalThis as WithHeard).asked);
const answer = (response: number): Promise<void> =>
  granary.app.evaluate((_electron, given) => (globalThis as WithHeard).answer(given), response);
const words = (): Promise<unknown> => inWindow(granary.app, 'document.body.innerText');
const inRun = (name: string): string => readFileSync(join(granary.workspace, 'runs', ids[0]!, name), 'utf8');
const worker = (): number => (JSON.parse(inRun('worker.json')) as { pid: number }).pid;
const epochs = (): number => inRun('epochs.jsonl').split('\n').length;

/** The queue on the disk and in its worker is as it was, and the run goes on. */
async function expectQueueGoesOn(pid: number): Promise<void> {
  const queue = queueSchema.parse(JSON.parse(readFileSync(join(granary.workspace, 'queue.json'), 'utf8')));
  expect(queue.items.map(({ runId, state }) => [runId, state])).toEqual(
    ids.map((id, place) => [id, place === 0 ? 'running' : 'pending']),
  );
  expect(worker()).toBe(pid);
  expect(lives(pid)).toBe(true);
  const before = epochs();
  await expect.poll(epochs, { timeout: 30_000 }).toBeGreaterThan(before);
}

test('a window that keeps crashing is not loaded anew for ever: one is asked, and the queue goes on', async () => {
  test.setTimeout(120_000);
  const { app } = granary;
  const pid = worker();
  // Crashes of one minute count: on a busy machine these would take longer.
  await app.evaluate(() => {
    const now = Date.now();
    Object.assign(globalThis, { realNow: Date.now });
    Date.now = () => now;
  });
  for (let crash = 0; crash < 3; crash += 1) {
    const dead = await killWindow(app);
    await expect.poll(() => isBack(app, dead), { timeout: 20_000 }).toBe(true);
  }
  expect(await asked()).toEqual([]);
  const dead = await killWindow(app);
  await expect.poll(asked).toEqual(['The window keeps crashing. Load it again, Leave it']);
  await app.evaluate(() => {
    Date.now = (globalThis as unknown as { realNow: () => number }).realNow;
  });
  await expectQueueGoesOn(pid);
  expect(await isBack(app, dead)).toBe(false);

  await answer(0);
  await expect.poll(() => isBack(app, dead), { timeout: 20_000 }).toBe(true);
  await expect.poll(words, { timeout: 20_000 }).toContain('The window crashed and was loaded anew');
  await expect.poll(words).toContain('0 of 3 done');

  // From here on it is loaded by itself again.
  const again = await killWindow(app);
  await expect.poll(() => isBack(app, again), { timeout: 20_000 }).toBe(true);
  expect(await asked()).toHaveLength(1);
  await expectQueueGoesOn(pid);
});

test('of a window that does not answer one is asked, and it is waited for or loaded again; the queue goes on', async () => {
  test.setTimeout(120_000);
  const { app } = granary;
  const pid = worker();
  /** The page hangs indeed. That Chromium notices has to be said in its place: it looks away where a debugger, such as Playwright, is at a page. */
  const noticed = (): Promise<void> =>
    app.evaluate(({ BrowserWindow }) => void BrowserWindow.getAllWindows()[0]!.emit('unresponsive'));
  const hung = await app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    void webContents.executeJavaScript('for (;;);');
    return webContents.getOSProcessId();
  });
  expect(await words()).toBe('no answer');
  await noticed();
  // While the question is open it is not asked again.
  await noticed();
  const question = 'The window does not answer. Wait, Load it again';
  expect((await asked()).slice(1)).toEqual([question]);
  await expectQueueGoesOn(pid);

  await answer(0);
  await expectQueueGoesOn(pid);
  expect(await isBack(app, hung)).toBe(false);
  expect(lives(hung)).toBe(true);
  await noticed();
  expect((await asked()).slice(1)).toEqual([question, question]);
  await answer(1);
  await expect.poll(() => isBack(app, hung), { timeout: 20_000 }).toBe(true);
  await expect.poll(words, { timeout: 20_000 }).toContain('The window crashed and was loaded anew');
  await expect.poll(words).toContain('0 of 3 done');
  await expectQueueGoesOn(pid);
});
