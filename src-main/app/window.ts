import { BrowserWindow, nativeTheme, screen } from 'electron';
import { join } from 'node:path';
import { rendererOrigin } from '../ipc/door.ts';
import type { PreferenceStore } from './preferences.ts';
import { LEAST, placed } from './placed.ts';

/** The one window: sandboxed, isolated, without Node, showing only our own page. */
export function openWindow(appFolder: string, preferences: PreferenceStore): BrowserWindow {
  const remembered = preferences.bounds;
  const {
    x,
    y,
    width = 1240,
    height = 820,
  } = placed(remembered, (bounds) => screen.getDisplayMatching(bounds).workArea);
  const window = new BrowserWindow({
    ...(x === undefined || y === undefined ? {} : { x, y }),
    width,
    height,
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    show: false,
    title: 'Granary',
    // The page's own ground in either theme, so that opening does not flash.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#161714' : '#f6f5f1',
    webPreferences: {
      preload: join(appFolder, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (remembered?.maximized === true) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    preferences.bounds = { ...window.getNormalBounds(), maximized: window.isMaximized() };
  });
  void window.loadURL(`${rendererOrigin}/index.html`);
  return window;
}
