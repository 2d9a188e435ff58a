import { app, type BrowserWindow, dialog, ipcMain, nativeTheme, shell } from 'electron';
import { join } from 'node:path';
import type { NewsName } from '../../shared/ipc/channel-names.ts';
import type { ChannelInput, News } from '../../shared/ipc/channels.ts';
import { packageRoot, workspacePath } from '../files/paths.ts';
import { listen } from '../ipc/door.ts';
import { createHandlers } from '../ipc/index.ts';
import { closeInOrder } from './closing.ts';
import { lockDown, refusePermissions } from './lockdown.ts';
import { NativeMenu } from './menu.ts';
import { PreferenceStore } from './preferences.ts';
import { declareScheme, serveScheme } from './protocol.ts';
import { Wakefulness } from './wakefulness.ts';
import { openWindow } from './window.ts';
import { WorkspaceSession } from './workspace-session.ts';

/** The app's entry, and where its parts are put together. */
let window: BrowserWindow | null = null;

function tell<N extends NewsName>(name: N, payload: News<N>): void {
  if (window !== null && !window.isDestroyed()) window.webContents.send(name, payload);
}

async function chooseFolder(title: string, buttonLabel: string): Promise<string | null> {
  const options = {
    title,
    buttonLabel,
    properties: ['openDirectory' as const, 'createDirectory' as const],
  };
  const chosen = window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options);
  return (await chosen).filePaths[0] ?? null;
}

async function start(): Promise<void> {
  refusePermissions();
  const preferences = new PreferenceStore();
  nativeTheme.themeSource = preferences.wishes.theme;
  const wakefulness = new Wakefulness();
  const session = new WorkspaceSession(tell);
  serveScheme(join(packageRoot(), 'dist', 'renderer'), (url) => session.pictures.serve(url));
  session.onTraining = (training) => wakefulness.set(training);

  const openWorkspace = async (path: string): Promise<void> => {
    await session.open(path);
    preferences.workspace = path;
    tell('workspace:changed', session.state);
  };
  const services = {
    session,
    chooseFolder,
    reveal: (path: string) => shell.showItemInFolder(path),
    openWorkspace,
    showViews: (views: ChannelInput<'menu:views'>) => menu.setViews(views),
    preferences: () => preferences.wishes,
    changePreferences: (changed: ChannelInput<'preferences:write'>) => {
      // An undefined key states nothing.
      const stated = Object.entries(changed).filter(([, value]) => value !== undefined);
      const wishes = { ...preferences.wishes, ...Object.fromEntries(stated) };
      preferences.wishes = wishes;
      nativeTheme.themeSource = wishes.theme;
      tell('preferences:changed', wishes);
      return wishes;
    },
    versions: {
      electron: process.versions.electron ?? '',
      chrome: process.versions['chrome'] ?? '',
      node: process.versions.node,
    },
  };
  const chooseWorkspace = async (): Promise<void> => {
    const path = await chooseFolder('Open a workspace', 'Use this folder');
    if (path !== null) await openWorkspace(path);
  };

  listen(ipcMain, createHandlers(services));
  closeInOrder(session, () => window);
  const menu = new NativeMenu({
    command: (id) => tell('menu:command', id),
    openWorkspace: () => void chooseWorkspace().catch(showFailure),
  });

  // An explicit workspace wins over the remembered one, and that over the default.
  const explicit = process.env['GRANARY_WORKSPACE'];
  const remembered = explicit === undefined ? preferences.workspace : undefined;
  try {
    await session.open(remembered ?? workspacePath());
  } catch (error) {
    // The remembered folder may be on a disk that is not there today; the default always is.
    if (remembered === undefined) throw error;
    await session.open(workspacePath());
  }
  const show = (): void => {
    window = openWindow(join(packageRoot(), 'dist', 'app'), preferences);
    window.on('closed', () => (window = null));
  };
  show();
  app.on('activate', () => window ?? show());
  app.on('second-instance', () => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  });
}

function showFailure(error: unknown): void {
  const { message, fix } = error as { message?: string; fix?: string };
  dialog.showErrorBox('Granary', [message ?? String(error), fix].filter(Boolean).join('\n\n'));
}

if (process.env['GRANARY_USER_DATA'] !== undefined) app.setPath('userData', process.env['GRANARY_USER_DATA']);
if (app.requestSingleInstanceLock()) {
  // With --no-sandbox (as root, in tests) Electron cannot start a sandbox at all; nobody passes that by accident.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  declareScheme();
  lockDown();
  app.on('window-all-closed', () => app.quit());
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      console.error(error);
      showFailure(error);
      app.exit(1);
    });
} else app.quit();
