import { ask } from '../api/granary.ts';
import type { ChannelOutput } from '../../shared/ipc/channels.ts';
import type { WorkspaceState } from '../../shared/ipc/views.ts';
import { faultOf, type Fault } from './fault.ts';

/** What is on screen, and what the app as a whole has to say. */
export class Shell {
  readonly #views: readonly string[];
  /** Kept in the address, so that a window that is loaded anew is where it was. */
  #view = $state('');
  /** The view that was open before this one. */
  before: string | null = null;
  app = $state.raw<ChannelOutput<'app:state'> | null>(null);
  workspace = $state.raw<WorkspaceState | null>(null);
  /** A failure that belongs to no view; stays until it is dismissed. */
  fault = $state.raw<Fault | null>(null);
  /** What lies over the window and has the keyboard to itself. */
  panel = $state<'palette' | 'shortcuts' | null>(null);
  /** Something is being dragged over the window. */
  dragging = $state(false);

  /** @param views ids of the views that there are; the first is shown where the address names none of them */
  constructor(views: readonly string[]) {
    this.#views = views;
    this.#view = views.find((view) => location.hash === `#${view}`) ?? views[0] ?? '';
  }

  get view(): string {
    return this.#view;
  }

  /** Somebody has gone to a view since the window was opened. */
  get chosen(): boolean {
    return location.hash !== '';
  }

  /** A view that is not there is not gone to. */
  set view(view: string) {
    if (!this.#views.includes(view) || view === this.#view) return;
    this.before = this.#view;
    this.#view = view;
    history.replaceState(null, '', `#${view}`);
  }

  /** True when another process trains in this workspace: then nothing here can start or stop runs. */
  get readOnly(): boolean {
    return this.workspace?.mode === 'attached';
  }

  async start(): Promise<void> {
    await this.attempt(async () => {
      this.app = await ask('app:state');
      this.workspace = this.app.workspace;
    });
  }

  chooseWorkspace(): Promise<void> {
    return this.attempt(async () => {
      await ask('workspace:choose');
    });
  }

  /** Runs something that may fail, and shows the failure. */
  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.fault = faultOf(error);
    }
  }
}
