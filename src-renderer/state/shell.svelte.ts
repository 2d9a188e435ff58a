import { ask } from '../api/granary.ts';
import type { ChannelOutput } from '../../shared/ipc/channels.ts';
import type { WorkspaceState } from '../../shared/ipc/views.ts';
import { faultOf, type Fault } from './fault.ts';

export const views = ['dataset', 'grid', 'queue', 'runs'] as const;
export type View = (typeof views)[number];

function viewOf(hash: string): View {
  return views.find((view) => hash === `#${view}`) ?? 'dataset';
}

/** What is on screen, and what the app as a whole has to say. */
export class Shell {
  /** Kept in the address, so that a window that is loaded anew is where it was. */
  #view = $state<View>(viewOf(location.hash));
  app = $state.raw<ChannelOutput<'app:state'> | null>(null);
  workspace = $state.raw<WorkspaceState | null>(null);
  /** A failure that belongs to no view; stays until it is dismissed. */
  fault = $state.raw<Fault | null>(null);
  /** Something is being dragged over the window. */
  dragging = $state(false);

  get view(): View {
    return this.#view;
  }

  set view(view: View) {
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
