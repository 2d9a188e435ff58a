import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAccessible } from './support/axe.ts';
import { dropOnWindow, FileApp, inWindow, isBack, killWindow } from './support/app.ts';
import { setUpGrid } from './support/grid.ts';
import { drawPictures } from './support/pictures.ts';

const granary = new FileApp();

test.beforeAll(async () => {
  await granary.start();
});

test('the palette finds commands by their words, does them with the keyboard, and gives the focus back', async () => {
  const { page } = granary;
  const find = page.getByRole('button', { name: /^Find/ });
  await find.focus();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find a command or a run' });
  await expect(field).toBeFocused();
  const place = await field.boundingBox();
  await page.keyboard.type('go que');
  await expect(page.getByRole('option', { selected: true })).toContainText('Go to Queue');
  // What is typed stays where it was while the list below it grows short.
  await expect(page.getByRole('option')).toHaveCount(2);
  expect(await field.boundingBox()).toEqual(place);
  await expectAccessible(page, 'palette');
  await page.keyboard.press('Enter');
  await expect(field).toBeHidden();
  await expect(page.getByRole('heading', { level: 1, name: 'Queue' })).toBeVisible();
  await expect(find).toBeFocused();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('no such thing');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(field).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
  expect(granary.complaints).toEqual([]);
});

test('? lists every key, and the native menu has the same views', async () => {
  const { app, page } = granary;
  await page.keyboard.press('?');
  const list = page.getByTestId('shortcuts');
  await expect(list).toContainText('Open a dataset');
  await expect(list).toContainText('Ctrl+K');
  // What lies below is dimmed.
  const veil = await page
    .getByRole('dialog')
    .evaluate((dialog) => getComputedStyle(dialog, '::backdrop').backgroundColor);
  expect(veil).toMatch(/^rgba\(\d+, \d+, \d+, 0\.[2-6]\d*\)$/);
  for (const keys of ['Ctrl+F', 'Ctrl+J', 'Ctrl+Shift+E', 'Ctrl+S', 'Alt+↑'])
    await expect(list).toContainText(keys);
  // Escape closes whatever is open; each other key stands for one thing.
  const keys = (await list.locator('[data-own=false] kbd').allInnerTexts()).filter((key) => key !== 'Esc');
  expect(keys).toEqual([...new Set(keys)]);
  // So does each of the native menu. (`reload` and `toggleDevTools` are there in a checkout alone.)
  const accelerators = await app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()!
      .items.flatMap(({ submenu }) => submenu?.items ?? [])
      .filter(({ role }) => !['reload', 'toggledevtools'].includes((role ?? '').toLowerCase()))
      .flatMap((item) => {
        const own = item as unknown as {
          accelerator?: string;
          getDefaultRoleAccelerator(): string | undefined;
        };
        return own.accelerator ?? own.getDefaultRoleAccelerator() ?? [];
      }),
  );
  expect(accelerators.length).toBeGreaterThan(15);
  const listed = await list.locator('kbd').allInnerTexts();
  for (const one of accelerators) {
    const names = one
      .replace('Plus', '+')
      .split(/\+(?!$)/)
      .map((name) => (/^(CmdOrCtrl|CommandOrControl|Control)$/.test(name) ? 'Ctrl' : name));
    expect(listed).toContain(names.join('+'));
  }
  await expectAccessible(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();

  const titles = await page.getByRole('navigation').getByRole('button').allInnerTexts();
  const menu = await app.evaluate(({ Menu }) => {
    const view = Menu.getApplicationMenu()!.items.find(({ label }) => label === '&View')!;
    return view.submenu!.items.map(({ label }) => label);
  });
  expect(menu).toEqual(expect.arrayContaining(titles.map((title) => title.split('\n')[0])));

  // A click in the native menu does what the key does.
  await app.evaluate(({ Menu }) => {
    const view = Menu.getApplicationMenu()!.items.find(({ label }) => label === '&View')!;
    view.submenu!.items.find(({ label }) => label === 'Grid')!.click();
  });
  await expect(page.getByRole('heading', { level: 1, name: 'Grid' })).toBeVisible();
});

test('the sidebar is made wider with the keyboard, the theme is chosen, and both are remembered', async () => {
  const { app, page } = granary;
  // Playwright holds the page to a light theme until it is told not to.
  await page.emulateMedia({ colorScheme: null });
  const divider = page.getByRole('separator', { name: 'Width of the sidebar' });
  await divider.focus();
  const before = Number(await divider.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 32));

  await page.keyboard.press('Control+k');
  await page.keyboard.type('dark theme');
  await page.keyboard.press('Enter');
  await expect.poll(() => app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
  await expect
    .poll(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    .toBe('rgb(22, 23, 20)');
  const saved = JSON.parse(readFileSync(join(granary.folder, 'preferences', 'preferences.json'), 'utf8')) as {
    wishes: { theme: string; panes: Record<string, number> };
  };
  expect(saved.wishes).toMatchObject({ theme: 'dark', panes: { sidebar: before + 32 } });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('theme system');
  await page.keyboard.press('Enter');
});

test('every empty view passes axe in both themes', async () => {
  const { page } = granary;
  for (const name of await page.getByRole('navigation').getByRole('button').all()) {
    await name.click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page, await name.innerText());
  }
  expect(granary.complaints).toEqual([]);
});

test('the window and a worker may crash, and the window may be closed, while the queue goes on', async () => {
  test.setTimeout(180_000);
  const { app, page } = granary;
  const pictures = join(granary.folder, 'shapes');
  await drawPictures(pictures, 8);
  await dropOnWindow(page, pictures);
  await setUpGrid(page, { sizes: '32, 40, 48' });
  await page.getByRole('button', { name: 'Start 3 runs' }).click();
  const items = page.getByTestId('queue-item');
  await expect(items.nth(0)).toHaveAttribute('data-state', 'running');
  await expect(page.getByTestId('live').getByTestId('doing')).toContainText('step', { timeout: 60_000 });
  await expectAccessible(page, 'queue while a run trains');

  // The window's own process is killed: it comes back where it was, says so, and the queue has gone on.
  const runId = (await items.nth(0).getAttribute('data-run'))!;
  const renderer = await killWindow(app);
  await expect.poll(() => isBack(app, renderer), { timeout: 20_000 }).toBe(true);

  const states = (): Promise<unknown> =>
    inWindow(
      app,
      `[...document.querySelectorAll('[data-testid=queue-item]')].map((item) => item.dataset.state)`,
    );
  const words = (): Promise<unknown> => inWindow(app, 'document.body.innerText');
  await expect.poll(words, { timeout: 20_000 }).toMatch(/Epoch \d+ of 501/);
  await expect.poll(words).toContain('The window crashed and was loaded anew');
  await expect.poll(states).toEqual(['running', 'pending', 'pending']);

  // A worker that is killed from outside is replaced: the run goes on, and its folder says why there were two.
  const runFolder = join(granary.workspace, 'runs', runId);
  const worker = (): number =>
    (JSON.parse(readFileSync(join(runFolder, 'worker.json'), 'utf8')) as { pid: number }).pid;
  const attempts = (): { outcome: string | null; reason: string }[] =>
    (
      JSON.parse(readFileSync(join(runFolder, 'attempts.json'), 'utf8')) as {
        attempts: { outcome: string | null; reason: string }[];
      }
    ).attempts;
  const killed = worker();
  process.kill(killed, 'SIGKILL');
  await expect
    .poll(() => attempts().map(({ outcome }) => outcome), { timeout: 30_000 })
    .toEqual(['WORKER_KILLED', null]);
  expect(attempts()[1]!.reason).toContain('was killed from outside');
  await expect.poll(worker, { timeout: 30_000 }).not.toBe(killed);
  await expect.poll(states).toEqual(['running', 'pending', 'pending']);

  // The window says so, and the run's own page tells of both processes.
  await expect
    .poll(words)
    .toContain(
      'the worker was killed from outside. It goes on from its last checkpoint in a new process, as it was.',
    );
  const press = (where: string, text: string): Promise<unknown> =>
    inWindow(
      app,
      `[...document.querySelectorAll('${where} button')].find((one) => one.innerText.trim().startsWith('${text}')).click()`,
    );
  await press('[data-testid=toast]', 'Open the run');
  await expect.poll(words, { timeout: 10_000 }).toContain('It took 2 processes');
  const told = (): Promise<unknown> =>
    inWindow(app, `[...document.querySelectorAll('[data-testid=attempt]')].map((row) => row.innerText)`);
  await expect.poll(async () => ((await told()) as unknown[]).length).toBe(2);
  const rows = (await told()) as string[];
  expect(rows[0]).toContain('was killed from outside');
  expect(rows[1]).toMatch(/after (epoch|step)|from the beginning/);
  await press('nav', 'Queue');
  await expect.poll(states).toEqual(['running', 'pending', 'pending']);

  // Closing the window while a run trains: it goes on in the tray, and comes back.
  await inWindow(app, `window.granary.invoke('preferences:write', { whenClosed: 'tray' })`);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
  const visible = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible());
  await expect.poll(visible).toBe(false);
  await expect.poll(states).toEqual(['running', 'pending', 'pending']);
  await app.evaluate(({ app: electron }) => void electron.emit('second-instance'));
  await expect.poll(visible).toBe(true);
});
