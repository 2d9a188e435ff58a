import { app, type BrowserWindow, dialog } from 'electron';
import type { Preferences } from '../../shared/records/preferences.ts';

/** Workers answer a stop between two steps and are killed after ten seconds; this is longer, and still an end. */
const LONGEST_CLOSE_MS = 15_000;

export interface Closable {
  readonly training: boolean;
  /** Stops what trains, and lets the workspace go. */
  close(): Promise<void>;
}

export interface ClosingHost {
  window(): BrowserWindow | null;
  whenClosed(): Preferences['whenClosed'];
  /** Remembers the answer. */
  setWhenClosed(answer: Preferences['whenClosed']): void;
  /** Takes the window away and leaves a sign of the app in the status area. */
  toTray(): void;
}

/** A signal so long after the first is a second wish; a terminal and a logout tell the first several times at once. */
const SECOND_WISH_MS = 2000;

type Phase = 'open' | 'asking' | 'closing' | 'closed';

/**
 * Closing and quitting in order. While a run trains, closing the window asks (or does what was answered for good): go on in the
 * tray, or stop and quit. Quitting, also by a signal (Ctrl-C, a logout), asks whether to stop; a later signal while that is asked, which
 * perhaps nobody sees, means yes, and GRANARY_ON_QUIT=stop answers both. Then workers are stopped, the workspace is released, and the app
 * leaves after a bounded time whatever happens. Finished epochs are on disk in any case.
 */
export function closeInOrder(session: Closable, host: ClosingHost): void {
  let phase: Phase = 'open';
  /** When the first signal of a wish came; 0: none did. */
  let wished = 0;
  const unattended = process.env['GRANARY_ON_QUIT'] === 'stop';

  const finish = (): void => {
    phase = 'closing';
    const leave = (): void => {
      phase = 'closed';
      app.quit();
    };
    const timer = setTimeout(() => app.exit(1), LONGEST_CLOSE_MS);
    session
      .close()
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        clearTimeout(timer);
        leave();
      });
  };

  const decide = (ask: () => Promise<'stop' | 'tray' | 'stay'>): void => {
    if (phase !== 'open') return;
    phase = 'asking';
    const stay = (): void => {
      phase = 'open';
      wished = 0;
    };
    void ask().then(
      (what) => {
        if (phase !== 'asking') return;
        if (what === 'stop') return finish();
        stay();
        if (what === 'tray') host.toTray();
      },
      (error: unknown) => {
        console.error(error);
        if (phase === 'asking') stay();
      },
    );
  };

  const closing = async (): Promise<'stop' | 'tray' | 'stay'> => {
    if (!session.training) return 'stop';
    const wish = host.whenClosed();
    if (wish !== 'ask') return wish;
    return unattended ? 'stop' : askAboutClosing(host);
  };
  const quitting = async (): Promise<'stop' | 'stay'> =>
    !session.training || unattended || (await askAboutQuitting(host.window())) ? 'stop' : 'stay';

  // Electron quits at the first signal and is ended by the next, in the middle of a question or of a step; a logout sends several.
  const onSignal = (): void => {
    if (phase === 'asking' && wished > 0 && Date.now() - wished > SECOND_WISH_MS) return finish();
    if (wished === 0) wished = Date.now();
    app.quit();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  app.on('before-quit', (event) => {
    if (phase === 'closed') return;
    event.preventDefault();
    decide(quitting);
  });
  app.on('browser-window-created', (_event, opened) => {
    opened.on('close', (event) => {
      if (phase === 'closed') return;
      event.preventDefault();
      decide(closing);
    });
  });
}

async function askAboutClosing(host: ClosingHost): Promise<'stop' | 'tray' | 'stay'> {
  const parent = host.window();
  const question = {
    type: 'question' as const,
    buttons: ['Go on in the tray', 'Stop and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    message: 'A run is training.',
    detail:
      'In the tray it goes on; starting Granary again shows the window. If you quit, finished epochs are kept and what waits stays in the queue.',
    checkboxLabel: 'Do not ask again (Settings changes it)',
    checkboxChecked: false,
  };
  const { response, checkboxChecked } =
    parent === null ? await dialog.showMessageBox(question) : await dialog.showMessageBox(parent, question);
  const answer = (['tray', 'stop', 'stay'] as const)[response] ?? 'stay';
  if (checkboxChecked && answer !== 'stay') host.setWhenClosed(answer);
  return answer;
}

async function askAboutQuitting(parent: BrowserWindow | null): Promise<boolean> {
  const question = {
    type: 'question' as const,
    buttons: ['Keep training', 'Stop and quit'],
    defaultId: 0,
    cancelId: 0,
    message: 'A run is training.',
    detail:
      'Finished epochs are kept. Runs that wait stay in the queue, to be started when Granary is opened again.',
  };
  const { response } =
    parent === null ? await dialog.showMessageBox(question) : await dialog.showMessageBox(parent, question);
  return response === 1;
}
