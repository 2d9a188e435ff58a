import { createContext } from 'svelte';
import { ask, hear } from '../api/granary.ts';
import { DatasetState } from './dataset.svelte.ts';
import { GridDraft } from './grid-draft.svelte.ts';
import { QueueState } from './queue.svelte.ts';
import { RunsState } from './runs.svelte.ts';
import { Shell } from './shell.svelte.ts';

/** Everything a view may need, put together once when the window opens. */
export class Desk {
  readonly shell = new Shell();
  readonly dataset = new DatasetState();
  readonly grid = new GridDraft();
  readonly queue = new QueueState();
  readonly runs = new RunsState();

  constructor() {
    hear('workspace:changed', (workspace) => {
      const same = this.shell.workspace?.path === workspace.path;
      this.shell.workspace = workspace;
      if (same) return;
      this.runs.reset();
      this.queue.live = null;
      void this.load();
    });
    hear('menu:command', (command) => {
      if (command === 'open-dataset') {
        this.shell.view = 'dataset';
        void this.dataset.choose();
      } else this.shell.view = command.slice('view-'.length) as Shell['view'];
    });
  }

  async load(): Promise<void> {
    await this.shell.start();
    await this.shell.attempt(() => this.queue.load());
    await this.shell.attempt(() => this.runs.load());
    await this.dataset.restore();
  }

  /** Reads a dropped or chosen path, in the dataset view. */
  async read(path: string): Promise<void> {
    this.shell.view = 'dataset';
    await this.dataset.read(path);
  }

  /** Puts the grid's runs in the queue and goes there. */
  async startGrid(): Promise<void> {
    const dataset = this.dataset.summary;
    if (dataset === null) return;
    await ask('queue:add', { dataset: dataset.path, options: dataset.options, grid: this.grid.toGrid() });
    this.shell.view = 'queue';
  }
}

export const [useDesk, provideDesk] = createContext<Desk>();
