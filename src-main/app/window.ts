import { BrowserWindow, nativeTheme, screen } from 'electron';
import { join } from 'node:path';
import { rendererOrigin } from '../ipc/door.ts';
import type { PreferenceStore, WindowBounds } from './preferences.ts';

/** Bounds that still lie on a screen that is there; otherwise the system places the window. */
function placed(bounds: WindowBounds | undefined): Partial<WindowBounds> {
  if (bounds?.x === undefined || bounds.y === undefined) return bounds ?? {};
  const { x, y, width, height } = bounds;
  const area = screen.getDisplayMatching({ x, y, width, height }).workArea;
  const seen =
    x < area.x + area.width - 80 &&
    x + width > area.x + 80 &&
    y >= area.y - 10 &&
    y < area.y + area.height - 80;
  return seen ? bounds : { width: bounds.width, height: bounds.height };
}

/** The one window: sandboxed, isolated, without Node, showing only our own page. */
export function openWindow(appFolder: string, preferences: PreferenceStore): BrowserWindow {
  const remembered = preferences.bounds;
  const { x, y, width = 1240, height = 820 } = placed(remembered);
  const window = new BrowserWindow({
    ...(x === undefined || y === undefined ? {} : { x, y }),
    width,
    height,
    minWidth: 860,
    minHeight: 560,
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
