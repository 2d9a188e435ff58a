import type { WorkspaceSession } from '../app/workspace-session.ts';

/** What the handlers may use of the app: the workspace, and the few things that only Electron can do. */
export interface Services {
  session: WorkspaceSession;
  /** Asks the user for a folder; null when they changed their mind. */
  chooseFolder(title: string, button: string): Promise<string | null>;
  /** Shows a file or folder in the system's file manager. */
  reveal(path: string): void;
  /** Opens another workspace and remembers it. */
  openWorkspace(path: string): Promise<void>;
  versions: { electron: string; chrome: string; node: string };
}
