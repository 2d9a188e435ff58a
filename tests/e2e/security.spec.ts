import { expect, test } from '@playwright/test';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { channelNames } from '../../shared/ipc/channel-names.ts';
import { channels } from '../../shared/ipc/channels.ts';
import { questions, seeded } from '../fixtures/ipc-questions.ts';
import { dropOnWindow, FileApp, root } from './support/app.ts';
import { drawPictures } from './support/pictures.ts';

const granary = new FileApp();

test.beforeAll(async () => {
  await granary.start();
});

test('the page has no Node, and only the bridge reaches main', async () => {
  const seen = await granary.page.evaluate(() => {
    const all = window as unknown as Record<string, unknown>;
    return {
      node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => name in all),
      bridge: Object.keys(all['granary'] as object).sort(),
      address: location.href,
    };
  });
  expect(seen).toEqual({
    node: [],
    bridge: ['invoke', 'on', 'pathOf'],
    address: 'granary://app/index.html',
  });
  const preferences = await granary.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  expect(preferences['webviewTag']).toBeFalsy();
  expect(preferences['webSecurity'] ?? true).toBe(true);
});

test('the page can open no window, go nowhere and embed nothing', async () => {
  const opened = await granary.page.evaluate(() => window.open('https://example.org/', '_blank') === null);
  expect(opened).toBe(true);
  for (const address of ['https://example.org/', 'file:///etc/passwd', 'granary://other/index.html'])
    await granary.page.evaluate((to) => void (location.href = to), address);
  await granary.page.waitForTimeout(300);
  expect(granary.page.url()).toBe('granary://app/index.html');
  expect(await granary.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  const framed = await granary.page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective), {
          once: true,
        });
        const frame = document.createElement('iframe');
        frame.src = 'https://example.org/';
        document.body.append(frame);
        setTimeout(() => resolve('nothing was refused'), 2000);
      }),
  );
  expect(framed).toMatch(/frame-src|default-src/);
  // Playwright goes on waiting for a navigation that was refused: a new page ends that, and shows that the window is whole.
  await granary.page.reload();
  await expect(granary.page.getByRole('navigation', { name: 'Views' })).toBeVisible();
});

test('the security policy refuses inline code, evaluation, markup from strings and the network', async () => {
  const outcome = await granary.page.evaluate(
    () =>
      new Promise<Record<string, unknown>>((resolve) => {
        // In a task of its own: what a debugger evaluates directly is exempt from the policy.
        setTimeout(() => {
          const result: Record<string, unknown> = {};
          const attempt = (name: string, action: () => unknown): void => {
            try {
              result[name] = action();
            } catch (error) {
              result[name] = (error as Error).name;
            }
          };
          attempt('eval', () => (0, eval)('1 + 1'));
          attempt('function', () => new Function('return 2')());
          attempt('markup', () => (document.createElement('div').innerHTML = '<b>x</b>'));
          attempt('append', () => {
            const script = document.createElement('script');
            script.append('window.wasRun = true');
            document.head.append(script);
          });
          delete result['append'];
          result['inline'] = 'wasRun' in window;
          const all = [
            fetch('https://example.org/').then(
              () => 'reached',
              () => 'refused',
            ),
            Notification.requestPermission(),
            navigator.permissions.query({ name: 'geolocation' }).then((status) => status.state),
          ];
          void Promise.all(all).then(([network, notification, place]) =>
            resolve({ ...result, network, notification, place }),
          );
        });
      }),
  );
  expect(outcome).toEqual({
    eval: 'EvalError',
    function: 'EvalError',
    markup: 'TypeError',
    inline: false,
    network: 'refused',
    notification: 'denied',
    place: 'denied',
  });
});

test('main answers no malformed question and no foreign page', async () => {
  type Ask = (channel: string, input?: unknown) => Promise<{ ok: boolean; error?: { code: string } }>;
  const codes = await granary.page.evaluate(async () => {
    const { invoke } = (window as unknown as { granary: { invoke: Ask } }).granary;
    const code = (channel: string, input?: unknown): Promise<string> =>
      invoke(channel, input).then(
        (envelope) => envelope.error?.code ?? 'answered',
        () => 'no channel',
      );
    return Promise.all([
      code('runs:read', { runId: '../../etc' }),
      code('runs:read', { runId: 'not-there' }),
      code('queue:add', {
        dataset: '/x',
        grid: { version: 1, blocks: [{ arch: 'resnet18', size: 64, code: 'rm' }] },
      }),
      code('electron-store-get-data'),
      code('ELECTRON_BROWSER_REQUIRE', 'fs'),
    ]);
  });
  expect(codes).toEqual(['IPC_INVALID', 'RUN_NOT_FOUND', 'IPC_INVALID', 'no channel', 'no channel']);

  const foreign = await granary.app.evaluate(
    async ({ BrowserWindow }, preload) => {
      const window = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true, contextIsolation: true },
      });
      await window.loadURL('data:text/html,<title>elsewhere</title>');
      const answer: unknown = await window.webContents.executeJavaScript(
        "window.granary.invoke('runs:list')",
      );
      window.destroy();
      return answer;
    },
    join(root, 'dist', 'app', 'preload.cjs'),
  );
  expect(foreign).toMatchObject({ ok: false, error: { code: 'IPC_REFUSED' } });
});

test('only the built page is served', async () => {
  const texts = await granary.app.evaluate(async ({ BrowserWindow }) => {
    const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
    const read = async (address: string): Promise<string> => {
      await window.loadURL(address).catch(() => undefined);
      return (await window.webContents.executeJavaScript('document.body.innerText')) as string;
    };
    const found = [];
    for (const address of [
      'granary://app/..%2f..%2fpackage.json',
      'granary://app/%2e%2e%2fapp%2fmain.js',
      'granary://app/none.js',
    ])
      found.push(await read(address));
    window.destroy();
    return found;
  });
  for (const text of texts) expect(text).not.toMatch(/granary"|require\(|import/);
});

test('pictures are for images of our own page alone', async () => {
  const { app, page } = granary;
  const pictures = join(granary.folder, 'pictures');
  await drawPictures(pictures, 2);
  await dropOnWindow(page, pictures);
  await page.getByRole('tab', { name: /^Pictures/ }).click();
  await page.getByTestId('picture-grid').locator('[data-index="0"]').click();
  const large = page.getByTestId('picture-detail').locator('img');
  await expect
    .poll(() => large.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth))
    .toBeGreaterThan(0);
  // It is there: whoever else asks for it is refused for who it is.
  const address = (await large.getAttribute('src'))!;
  expect(address).toMatch(/^granary:\/\/picture\//);
  const outcome = await page.evaluate(
    (of) =>
      Promise.all([
        fetch(of).then(
          () => 'reached',
          () => 'refused',
        ),
        new Promise<string>((resolve) => {
          const frame = document.createElement('iframe');
          document.addEventListener('securitypolicyviolation', () => resolve('refused'), { once: true });
          frame.src = of;
          document.body.append(frame);
          setTimeout(() => resolve('framed'), 2000);
        }),
      ]),
    address,
  );
  expect(outcome).toEqual(['refused', 'refused']);
  const elsewhere = await app.evaluate(async ({ BrowserWindow }, of) => {
    const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
    const failure = await window.loadURL(of).then(
      () => 'loaded',
      (error: Error) => error.message,
    );
    await window.loadURL('data:text/html,<title>elsewhere</title>');
    const image: unknown = await window.webContents.executeJavaScript(
      `new Promise((resolve) => { const i = new Image(); i.onload = () => resolve('loaded'); i.onerror = () => resolve('refused'); i.src = '${of}'; })`,
    );
    window.destroy();
    return [failure, image];
  }, address);
  expect(elsewhere).toEqual([expect.stringContaining('ERR_BLOCKED_BY_CLIENT'), 'refused']);
});

test('no page reaches the network or a file of the disk, whatever its own policy allows', async () => {
  let asked = 0;
  const server = createServer((_question, answer) => {
    asked += 1;
    answer.end('<title>reached</title>');
  });
  server.on('upgrade', (_question, socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await fetch(`http://${host}/`)).ok).toBe(true);
  const outcome = await granary.app.evaluate(
    async ({ BrowserWindow }, [to, file]) => {
      // A window for each: a refusal is told late, and the next address would be taken for the refused one.
      const open = () => new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
      const load = async (address: string): Promise<string> => {
        const window = open();
        const outcome = await window.loadURL(address).then(
          () => 'loaded',
          (error: Error) => /ERR_\w+/.exec(error.message)![0],
        );
        window.destroy();
        return outcome;
      };
      const loaded = [await load(`http://${to}/`), await load(`file://${file}`)];
      const window = open();
      await window.loadURL('data:text/html,<title>elsewhere</title>');
      const inPage: unknown = await window.webContents.executeJavaScript(`Promise.all([
        fetch('http://${to}/', { mode: 'no-cors' }).then(() => 'reached', () => 'refused'),
        new Promise((resolve) => {
          const socket = new WebSocket('ws://${to}/');
          socket.onopen = () => resolve('reached');
          socket.onerror = () => resolve('refused');
        }),
      ])`);
      window.destroy();
      return [...loaded, ...(inPage as string[])];
    },
    [host, join(root, 'package.json')] as const,
  );
  server.close();
  expect(outcome).toEqual(['ERR_BLOCKED_BY_CLIENT', 'ERR_BLOCKED_BY_CLIENT', 'refused', 'refused']);
  // (Ours was the one before.)
  expect(asked).toBe(1);
});

test('no window that is ever made may be redirected or embed a web view', async () => {
  const prevented = await granary.app.evaluate(async ({ BrowserWindow }) => {
    const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, webviewTag: true } });
    const contents = window.webContents;
    // Heard after the app's own listeners, which decide.
    const attached = new Promise<boolean>((resolve) =>
      contents.once('will-attach-webview', (event) => resolve(event.defaultPrevented)),
    );
    await window.loadURL('data:text/html,<webview src="data:text/html,inside"></webview>');
    const webview = await attached;
    // Nothing that a page could be redirected by is reached: the event itself is made here.
    let redirect = false;
    contents.emit('will-redirect', { preventDefault: () => (redirect = true) }, 'https://example.org/');
    window.destroy();
    return { webview, redirect };
  });
  expect(prevented).toEqual({ webview: true, redirect: true });
});

test('the real bridge answers wrong questions on every channel with a refusal', async () => {
  const random = seeded(20);
  // What a debugger can hand to the page: plain data.
  const plain = (value: unknown): boolean => {
    try {
      return value === undefined || JSON.stringify(value).length < 20_000;
    } catch {
      return false;
    }
  };
  const asked = channelNames.flatMap((channel) =>
    questions(channel, 25, random)
      .filter((question) => plain(question))
      .map((question) => JSON.parse(JSON.stringify({ question })) as { question?: unknown })
      .filter(({ question }) => !channels[channel].input.safeParse(question).success)
      .map(({ question }) => ({ channel, question })),
  );
  expect(new Set(asked.map(({ channel }) => channel)).size).toBe(channelNames.length);
  const answers = await granary.page.evaluate(async (all) => {
    type Ask = (channel: string, input?: unknown) => Promise<{ ok: boolean; error?: { code: string } }>;
    const { invoke } = (window as unknown as { granary: { invoke: Ask } }).granary;
    const codes: string[] = [];
    for (const { channel, question } of all) {
      const envelope = await invoke(channel, question).catch(() => null);
      codes.push(envelope === null ? `${channel} rejected` : (envelope.error?.code ?? `${channel} answered`));
    }
    return [...new Set(codes)];
  }, asked);
  expect(answers).toEqual(['IPC_INVALID']);
});

test('names from a dataset are never markup', async () => {
  const { page, complaints } = granary;
  const before = complaints.length;
  const pictures = join(granary.folder, 'names');
  await drawPictures(pictures, 6);
  const markup = '<img src=x onerror="document.title=1">';
  renameSync(join(pictures, 'rings'), join(pictures, markup));
  writeFileSync(join(pictures, markup, `"><script>document.title=2<.jpg`), 'no picture');
  await dropOnWindow(page, pictures);
  await expect(page.getByTestId('class-row').filter({ hasText: markup })).toBeVisible();
  await expect(page.getByTestId('problem').first()).toBeVisible();
  await page
    .getByText(/^\d+ files?$/)
    .first()
    .click();
  expect(await page.locator('img[src="x"], main script').count()).toBe(0);
  expect(await page.title()).toBe('Granary');
  // (The file that is no picture is asked for to be shown, and refused.)
  expect(complaints.slice(before).filter((text) => !text.includes('status of 415'))).toEqual([]);
});
