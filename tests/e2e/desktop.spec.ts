import { expect, test } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queueSchema } from '../../shared/records/queue.ts';
import { dropOnWindow, lives, scratchFolder, startApp } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

/** What main was made to ask and to tell outside the window, kept in main by {@link listen}. */
interface Heard {
  /** The buttons of each question, and what its next answer is. */
  asked: string[][];
  answer: { response: number; checkboxChecked: boolean };
  progress: number[];
  notices: string[];
}
type WithHeard = typeof globalThis & { heard: Heard };

test('closing while a run trains asks, and does what is answered; taskbar and notices tell of the queue meanwhile', async () => {
  test.setTimeout(180_000);
  const folder = scratchFolder();
  const pictures = join(folder.path, 'shapes');
  await drawPictures(pictures, 8);
  // Somebody is there to answer.
  const granary = await startApp(folder.path, { GRANARY_ON_QUIT: '' });
  const { app, page, workspace } = granary;
  let gone = false;
  app.process().once('exit', () => (gone = true));
  try {
    // The system's own question, taskbar and notices cannot be seen from here: what they are given is kept.
    await app.evaluate(({ BrowserWindow, dialog, Notification }) => {
      const heard: Heard = {
        ...{ asked: [], progress: [], notices: [] },
        answer: { response: 2, checkboxChecked: false },
      };
      (globalThis as WithHeard).heard = heard;
      dialog.showMessageBox = (...given: unknown[]) => {
        heard.asked.push((given[given.length - 1] as { buttons: string[] }).buttons);
        return Promise.resolve(heard.answer);
      };
      BrowserWindow.getAllWindows()[0]!.setProgressBar = (share) => void heard.progress.push(share);
      Notification.isSupported = () => true;
      // Each notice has a `show` of its own, which cannot be got at before it is made; a click is listened for just before.
      Notification.prototype.on = function (this: Electron.Notification) {
        heard.notices.push(`${this.title}: ${this.body}`);
        return this;
      };
    });
    const heard = (): Promise<Heard> => app.evaluate(() => (globalThis as WithHeard).heard);
    const answerWith = (response: number, checkboxChecked = false): Promise<void> =>
      app.evaluate((_electron, answer) => void ((globalThis as WithHeard).heard.answer = answer), {
        response,
        checkboxChecked,
      });
    const close = (): Promise<void> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
    const visible = (): Promise<boolean> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible());

    await dropOnWindow(page, pictures);
    await setUpGrid(page, { sizes: '32, 40' });
    await page.getByRole('button', { name: 'Start 2 runs' }).click();
    await expect(page.getByTestId('live').getByTestId('error-rate')).toHaveText(/%$/, { timeout: 60_000 });
    // Of two runs of 501 epochs the first has trained more than nothing and less than all.
    const { progress } = await heard();
    expect(progress.length).toBeGreaterThan(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress[progress.length - 1]).toBeGreaterThan(0);
    expect(progress[progress.length - 1]).toBeLessThan(0.5);

    // Signals ask whether to quit, and none after the first ends it at once.
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
      const { asked } = await heard();
      app.process().kill(signal);
      await expect
        .poll(async () => (await heard()).asked)
        .toEqual([...asked, ['Keep training', 'Stop and quit']]);
    }

    // Cancelled: the window stays, and is asked about the next time, too.
    await close();
    await expect.poll(async () => (await heard()).asked.length).toBe(4);
    expect((await heard()).asked[3]).toEqual(['Go on in the tray', 'Stop and quit', 'Cancel']);
    expect(await visible()).toBe(true);

    // In the tray it trains on, and what becomes of it is told through the system.
    await answerWith(0);
    await close();
    await expect.poll(visible).toBe(false);
    const queue = () =>
      queueSchema.parse(JSON.parse(readFileSync(join(workspace, 'queue.json'), 'utf8'))).items;
    const [first, second] = queue().map(({ runId }) => runId);
    const worker = (id: string): number =>
      (JSON.parse(readFileSync(join(workspace, 'runs', id, 'worker.json'), 'utf8')) as { pid: number }).pid;
    expect(lives(worker(first!))).toBe(true);
    expect((await heard()).notices).toEqual([]);
    process.kill(worker(first!), 'SIGKILL');
    await expect
      .poll(async () => (await heard()).notices, { timeout: 30_000 })
      .toEqual([expect.stringMatching(/^resnet18 squish 32 goes on: .*killed from outside/)]);
    await app.evaluate(({ app: electron }) => void electron.emit('second-instance'));
    await expect.poll(visible).toBe(true);
    await page.getByRole('button', { name: 'Stop this run' }).click();
    await expect(page.locator(`tr[data-run="${second}"]`)).toHaveAttribute('data-state', 'running');
    await expect.poll(() => queue().map(({ state }) => state)).toEqual(['cancelled', 'running']);

    // Stopped and quit, for good: the answer is kept.
    await expect(page.getByTestId('live').getByTestId('doing')).toContainText('step', { timeout: 60_000 });
    const last = worker(second!);
    await answerWith(1, true);
    await close().catch(() => undefined);
    await expect.poll(() => gone, { timeout: 20_000 }).toBe(true);
    expect(lives(last)).toBe(false);
    const { wishes } = JSON.parse(
      readFileSync(join(folder.path, 'preferences', 'preferences.json'), 'utf8'),
    ) as { wishes: { whenClosed: string } };
    expect(wishes.whenClosed).toBe('stop');
    expect(granary.complaints).toEqual([]);
  } finally {
    if (!gone) app.process().kill('SIGKILL');
    folder.remove();
  }
});

test('a signal that comes again while nobody answers stops the run in order and ends the app', async () => {
  test.setTimeout(120_000);
  const folder = scratchFolder();
  const pictures = join(folder.path, 'shapes');
  await drawPictures(pictures, 8);
  const { app, page, workspace } = await startApp(folder.path, { GRANARY_ON_QUIT: '' });
  const main = app.process();
  let gone = false;
  main.once('exit', () => (gone = true));
  try {
    await app.evaluate(({ dialog }) => {
      const asked = globalThis as typeof globalThis & { asked?: number };
      asked.asked = 0;
      dialog.showMessageBox = () => {
        asked.asked!++;
        return new Promise(() => undefined);
      };
    });
    const asked = (): Promise<number> =>
      app.evaluate(() => (globalThis as typeof globalThis & { asked: number }).asked);
    await dropOnWindow(page, pictures);
    await setUpGrid(page, { sizes: '32, 40' });
    await page.getByRole('button', { name: 'Start 2 runs' }).click();
    await expect(page.getByTestId('live').getByTestId('error-rate')).toHaveText(/%$/, { timeout: 60_000 });
    // What comes at once is the same wish.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) main.kill(signal);
    await expect.poll(asked).toBe(1);
    expect(gone).toBe(false);
    const end = Date.now() + 2500;
    await expect.poll(() => Date.now() > end, { timeout: 5000 }).toBe(true);
    expect([gone, await asked()]).toEqual([false, 1]);
    main.kill('SIGINT');
    await expect.poll(() => gone, { timeout: 20_000 }).toBe(true);
    const { items } = queueSchema.parse(JSON.parse(readFileSync(join(workspace, 'queue.json'), 'utf8')));
    expect(items.map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
    expect(existsSync(join(workspace, 'scheduler.lock'))).toBe(false);
  } finally {
    if (!gone) main.kill('SIGKILL');
    if (gone) folder.remove();
  }
});
