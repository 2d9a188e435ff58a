import { type BrowserWindow, dialog } from 'electron';

/** A page that crashes again and again is not loaded anew for ever. */
const MOST = 3;
const WITHIN_MS = 60_000;

/**
 * A crash of the window's own process: the queue and the workers are main's, so they go on, and the page is loaded anew.
 * @param recovered called before it is loaded anew
 */
export function surviveCrashes(window: BrowserWindow, recovered: () => void): void {
  let crashes: number[] = [];
  let asked = false;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    console.error(`The window's process is gone: ${reason}`);
    const now = Date.now();
    crashes = [...crashes.filter((time) => now - time < WITHIN_MS), now];
    if (crashes.length <= MOST) {
      recovered();
      // In a task of its own: Electron is still taking the old process down here.
      setImmediate(() => window.isDestroyed() || window.webContents.reload());
      return;
    }
    void dialog
      .showMessageBox(window, {
        type: 'error',
        message: 'The window keeps crashing.',
        detail: 'What is queued and what trains is not touched by it. Please report this.',
        buttons: ['Load it again', 'Leave it'],
        defaultId: 0,
        cancelId: 1,
      })
      .then(({ response }) => {
        if (response !== 0 || window.isDestroyed()) return;
        crashes = [];
        recovered();
        window.webContents.reload();
      });
  });
  window.on('unresponsive', () => {
    if (asked) return;
    asked = true;
    void dialog
      .showMessageBox(window, {
        type: 'warning',
        message: 'The window does not answer.',
        detail: 'What trains goes on meanwhile.',
        buttons: ['Wait', 'Load it again'],
        defaultId: 0,
        cancelId: 0,
      })
      .then(({ response }) => {
        asked = false;
        if (response === 1 && !window.isDestroyed()) window.webContents.forcefullyCrashRenderer();
      });
  });
}
