import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The checkout, whose built app is driven. */
export const root = join(__dirname, '..', '..', '..');

export interface RunningApp {
  app: ElectronApplication;
  page: Page;
  workspace: string;
  /** Everything that the page wrote to its console as an error, and what it threw. */
  complaints: string[];
  close(): Promise<void>;
}

/** An empty folder that is gone after the test. */
export function scratchFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'granary-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the built app as a user would, with a workspace and preferences of its own. */
export async function startApp(
  folder: string,
  environment: Record<string, string> = {},
): Promise<RunningApp> {
  // Set-up's scripts are ES modules; Playwright compiles tests to CommonJS.
  const { electronExecutable, electronSwitches } = await import('../../../scripts/electron.mjs');
  const workspace = join(folder, 'workspace');
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...(await electronSwitches()), join(__dirname, 'entry.cjs')],
    env: {
      ...(process.env as Record<string, string>),
      GRANARY_NODE: process.execPath,
      GRANARY_WORKSPACE: workspace,
      GRANARY_USER_DATA: join(folder, 'preferences'),
      // Nobody is there to answer the question whether a run may be stopped.
      GRANARY_ON_QUIT: 'stop',
      ...environment,
    },
  });
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.getByTestId('workspace').waitFor();
  // Views are loaded when they are shown; what is dropped before the first one is there can be lost.
  await page.getByRole('main').locator('h1, button').first().waitFor();
  return { app, page, workspace, complaints, close: () => app.close() };
}

/** Drops files or folders of the disk on the window, all at once, as the system does. */
export async function dropOnWindow(page: Page, ...paths: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data });
  await session.detach();
}

/** Evaluates a script in the window through main: Playwright's own page is gone once the window's process was. */
export function inWindow(app: ElectronApplication, script: string): Promise<unknown> {
  return Promise.race([
    app.evaluate(
      ({ BrowserWindow }, code) => BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(code),
      script,
    ),
    // Asked in the moment between two pages it is never answered.
    new Promise((resolve) => setTimeout(() => resolve('no answer'), 3000)),
  ]);
}

/** Kills the window's process, as a crash does. Resolves with its id. */
export async function killWindow(app: ElectronApplication): Promise<number> {
  const renderer = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.getOSProcessId(),
  );
  // (Of a process that is gone already the id is 0, which would mean every process of this test.)
  if (renderer <= 0) throw new Error('The window has no process.');
  process.kill(renderer, 'SIGKILL');
  return renderer;
}

/** Whether the window has a page again after its process `dead` was killed. (A script that is sent to a page that is gone is never answered: ask this first.) */
export function isBack(app: ElectronApplication, dead: number): Promise<boolean> {
  return app.evaluate(({ BrowserWindow }, before) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents;
    return ![0, before].includes(contents.getOSProcessId()) && !contents.isCrashed() && !contents.isLoading();
  }, dead);
}

/** Whether a process is still there. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
