import { app, type BrowserWindow, dialog } from 'electron';

/** Workers answer a stop between two steps and are killed after ten seconds; this is longer, and still an end. */
const LONGEST_CLOSE_MS = 15_000;

export interface Closable {
  readonly training: boolean;
  /** Stops what trains, and lets the workspace go. */
  close(): Promise<void>;
}

/**
 * Quitting in order: asks while a run trains (unless GRANARY_ON_QUIT=stop says not to), stops workers, releases the workspace,
 * and leaves after a bounded time whatever happens. Finished epochs are on disk in any case.
 */
export function closeInOrder(session: Closable, window: () => BrowserWindow | null): void {
  let phase: 'open' | 'asking' | 'closing' | 'closed' = 'open';

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

  const mayClose = async (): Promise<boolean> => {
    if (!session.training || process.env['GRANARY_ON_QUIT'] === 'stop') return true;
    const parent = window();
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
  };

  const begin = (): void => {
    if (phase !== 'open') return;
    phase = 'asking';
    void mayClose().then((yes) => {
      if (yes) finish();
      else phase = 'open';
    });
  };

  app.on('before-quit', (event) => {
    if (phase === 'closed') return;
    event.preventDefault();
    begin();
  });
  app.on('browser-window-created', (_event, opened) => {
    opened.on('close', (event) => {
      if (phase === 'closed') return;
      event.preventDefault();
      begin();
    });
  });
}
