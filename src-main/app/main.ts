import { app, type BrowserWindow, dialog, ipcMain, nativeTheme, Notification, shell } from 'electron';
import { join } from 'node:path';
import type { NewsName } from '../../shared/ipc/channel-names.ts';
import type { ChannelInput, News } from '../../shared/ipc/channels.ts';
import type { Preferences } from '../../shared/records/preferences.ts';
import { packageRoot, workspacePath } from '../files/paths.ts';
import { setUpScript } from '../files/set-up-program.ts';
import { listen } from '../ipc/door.ts';
import { anotherWorkspace, openFirstWorkspace } from './first-workspace.ts';
import { createHandlers } from '../ipc/index.ts';
import { nodeBinary } from '../scheduler/node-binary.ts';
import { fileDialogs } from './file-dialogs.ts';
import { Attendant } from './attendant.ts';
import { closeInOrder } from './closing.ts';
import { surviveCrashes } from './crashes.ts';
import { lockDown, refusePermissions } from './lockdown.ts';
import { MachineWatch } from './machine-watch.ts';
import { NativeMenu } from './menu.ts';
import { NativeSetup } from './native-setup.ts';
import { PreferenceStore } from './preferences.ts';
import { declareScheme, serveScheme } from './protocol.ts';
import { TraySign } from './tray.ts';
import { Wakefulness } from './wakefulness.ts';
import { openWindow } from './window.ts';
import { WeightsFetch } from './weights-fetch.ts';
import { WorkspaceSession } from './workspace-session.ts';

/** The app's entry, and where its parts are put together. */
let window: BrowserWindow | null = null;

function show(): void {
  if (window === null) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

const tray = new TraySign(join(packageRoot(), 'assets', 'icons', 'tray.png'), {
  show,
  quit: () => app.quit(),
});

const dialogs = fileDialogs(() => window);

async function start(): Promise<void> {
  refusePermissions();
  const preferences = new PreferenceStore();
  nativeTheme.themeSource = preferences.wishes.theme;
  const wakefulness = new Wakefulness();
  const attendant = new Attendant({
    progress: (share) => window?.setProgressBar(share ?? -1),
    tooltip: (text) => (tray.tooltip = text),
    notify: (title, body) => {
      if (!preferences.wishes.notify || window?.isFocused() === true || !Notification.isSupported()) return;
      const notification = new Notification({ title, body });
      notification.on('click', show);
      notification.show();
    },
  });
  const tell = <N extends NewsName>(name: N, payload: News<N>): void => {
    if (window !== null && !window.isDestroyed()) window.webContents.send(name, payload);
    attendant.hear(name, payload);
  };
  const session = new WorkspaceSession(tell);
  const machine = new MachineWatch({
    workers: () => session.workers,
    tell: (sample) => tell('machine:sample', sample),
  });
  serveScheme(join(packageRoot(), 'dist', 'renderer'), (url) => session.pictures.serve(url));
  session.onTraining = (training) => wakefulness.set(training);

  /** To be told once by the window. */
  let told: string | null = null;
  const openWorkspace = async (path: string): Promise<void> => {
    await session.open(path);
    preferences.workspace = path;
    told = session.notice;
    tell('workspace:changed', session.state);
  };
  const changePreferences = (changed: ChannelInput<'preferences:write'>): Preferences => {
    const wishes = preferences.change(changed);
    nativeTheme.themeSource = wishes.theme;
    tell('preferences:changed', wishes);
    return wishes;
  };
  let recovered = false;
  const setUp = new NativeSetup(
    app.isPackaged ? { node: nodeBinary(), script: setUpScript() } : null,
    (state) => tell('setup:changed', state),
  );
  setUp.start();
  const services = {
    setUp,
    session,
    weights: new WeightsFetch((progress) => tell('weights:progress', progress)),
    machine,
    ...dialogs,
    reveal: (path: string) => shell.showItemInFolder(path),
    openWorkspace,
    showViews: (views: ChannelInput<'menu:views'>) => menu.setViews(views),
    preferences: () => preferences.wishes,
    changePreferences,
    recovered: () => {
      const once = recovered;
      recovered = false;
      return once;
    },
    notice: () => {
      const once = told;
      told = null;
      return once;
    },
    versions: {
      electron: process.versions.electron ?? '',
      chrome: process.versions['chrome'] ?? '',
      node: process.versions.node,
    },
  };
  const chooseWorkspace = async (): Promise<void> => {
    const path = await dialogs.chooseFolder('Open a workspace', 'Use this folder');
    if (path !== null) await openWorkspace(path);
  };

  listen(ipcMain, createHandlers(services));
  const everything = {
    get training() {
      return session.training;
    },
    close: () => {
      machine.stop();
      return session.close();
    },
  };
  closeInOrder(everything, {
    window: () => window,
    whenClosed: () => preferences.wishes.whenClosed,
    setWhenClosed: (whenClosed) => changePreferences({ whenClosed }),
    toTray: () => {
      tray.show();
      window?.hide();
    },
  });
  const menu = new NativeMenu({
    command: (id) => tell('menu:command', id),
    openWorkspace: () => void chooseWorkspace().catch(showFailure),
  });

  const { opened, notice } = await openFirstWorkspace({
    explicit: process.env['GRANARY_WORKSPACE'],
    remembered: preferences.workspace,
    usual: workspacePath(),
    open: (path) => session.open(path),
    remember: (path) => (preferences.workspace = path),
    choose: ({ message, fix }) => {
      const buttons = ['Choose another folder…', 'Quit'];
      const asked = {
        ...({ type: 'error', title: 'Granary', message, detail: fix, buttons } as const),
        ...{ defaultId: 0, cancelId: 1 },
      };
      return anotherWorkspace(
        async () => (await dialog.showMessageBox(asked)).response === 0,
        () => dialogs.chooseFolder('Open a workspace', 'Use this folder'),
      );
    },
  });
  if (!opened) return app.exit(1);
  told = [notice, session.notice].filter((text) => text !== null).join(' ') || null;
  attendant.begin(session.queue);
  const open = (): void => {
    window = openWindow(join(packageRoot(), 'dist', 'app'), preferences);
    window.on('closed', () => (window = null));
    window.on('show', () => tray.hide());
    surviveCrashes(window, () => (recovered = true));
  };
  open();
  app.on('activate', () => (window === null ? open() : show()));
  app.on('second-instance', show);
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
