import type { ChannelInput } from '../../shared/ipc/channels.ts';
import type { Preferences } from '../../shared/records/preferences.ts';
import type { SetUpState } from '../../shared/ipc/set-up.ts';
import type { MachineWatch } from '../app/machine-watch.ts';
import type { WeightsFetch } from '../app/weights-fetch.ts';
import type { WorkspaceSession } from '../app/workspace-session.ts';

/** What the handlers may use of the app: the workspace, and the few things that only Electron can do. */
export interface Services {
  session: WorkspaceSession;
  weights: Pick<WeightsFetch, 'fetch' | 'stop'>;
  /** Asks the user for a folder; null when they changed their mind. */
  chooseFolder(title: string, button: string): Promise<string | null>;
  /** Asks for a file with one of these extensions. */
  chooseFile(title: string, button: string, extensions: string[]): Promise<string | null>;
  /** Asks where a file is to be written. */
  chooseTarget(title: string, suggested: string, extensions: string[]): Promise<string | null>;
  /** Asks the user for pictures; null when they changed their mind. */
  choosePictures(): Promise<string[] | null>;
  /** Shows a file or folder in the system's file manager. */
  reveal(path: string): void;
  /** Opens another workspace and remembers it. */
  openWorkspace(path: string): Promise<void>;
  /** Lists the page's views in the native menu. */
  showViews(views: ChannelInput<'menu:views'>): void;
  preferences(): Preferences;
  /** Keeps what changed, acts on it, and returns all. */
  changePreferences(changed: ChannelInput<'preferences:write'>): Preferences;
  /** True once after the window crashed and was loaded anew. */
  recovered(): boolean;
  /** What is to be told of the start, once. */
  notice(): string | null;
  setUp: { readonly state: SetUpState; start(): void };
  /** The machine over the last hour. */
  machine: Pick<MachineWatch, 'history'>;
  versions: { electron: string; chrome: string; node: string };
}
