import { _electron, type ElectronApplication, type Page, test } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
  return { path, remove: () => removeFolder(path) };
}

/** A worker whose app was killed may write until it has noticed. */
function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** An app that has not quit by then hangs. Its worker has 10 s to stop. */
const QUIT_MS = 30_000;

/** Starts the built app as a user would, with a workspace and preferences of its own. */
export async function startApp(
  folder: string,
  environment: Record<string, string> = {},
  complaints: string[] = [],
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
  try {
    const page = await app.firstWindow();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.getByTestId('workspace').waitFor();
    // Views are loaded when they are shown; what is dropped before the first one is there can be lost.
    await page.getByRole('main').locator('h1, button').first().waitFor();
    return { app, page, workspace, complaints, close: () => quit(app) };
  } catch (error) {
    app.process().kill('SIGKILL');
    throw error;
  }
}

/** Closes the app; one that hangs is killed, and that is told as a failure. */
async function quit(app: ElectronApplication): Promise<void> {
  let hung: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    hung = setTimeout(() => {
      app.process().kill('SIGKILL');
      reject(new Error(`The app had not quit ${QUIT_MS / 1000} s after it was asked to.`));
    }, QUIT_MS);
  });
  try {
    await Promise.race([app.close(), late]);
  } finally {
    clearTimeout(hung);
  }
}

/**
 * One app for all tests of a file: made where the file begins, started in a hook of the file's own, closed and its folder removed after
 * the last test, whatever failed.
 */
export class FileApp implements RunningApp {
  /** There from the first hook on: the runner reads files, too, to list their tests, and calls no hook after. */
  readonly folder = join(tmpdir(), `granary-e2e-${randomUUID().slice(0, 8)}`);
  readonly workspace = join(this.folder, 'workspace');
  /** Also of the apps before, where it was started anew. */
  readonly complaints: string[] = [];
  #running: RunningApp | null = null;

  constructor() {
    test.beforeAll(() => void mkdirSync(this.folder));
    test.afterAll(async () => {
      try {
        await this.close();
      } finally {
        removeFolder(this.folder);
      }
    });
  }

  async start(environment: Record<string, string> = {}): Promise<void> {
    this.#running = await startApp(this.folder, environment, this.complaints);
  }

  get app(): ElectronApplication {
    return this.#there.app;
  }

  get page(): Page {
    return this.#there.page;
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.close();
  }

  get #there(): RunningApp {
    if (this.#running === null) throw new Error('The app is not started.');
    return this.#running;
  }
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
