import { createContext } from 'svelte';
import { ask, hear } from '../api/granary.ts';
import { CachedWeightsState } from './cached-weights.svelte.ts';
import { Commands } from './commands.svelte.ts';
import { DatasetState } from './dataset.svelte.ts';
import { EnsembleState } from './ensemble.svelte.ts';
import { FitsState } from './fits.svelte.ts';
import { GridDraft } from './grid-draft.svelte.ts';
import { MachineState } from './machine.svelte.ts';
import { PredictState } from './predict.svelte.ts';
import { PreferencesState } from './preferences.svelte.ts';
import { QueueState } from './queue.svelte.ts';
import { RatingsState } from './ratings.svelte.ts';
import { RunsState } from './runs.svelte.ts';
import { Shell } from './shell.svelte.ts';
import { SweepDraft } from './sweep-draft.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { Undo } from './undo.svelte.ts';
import { WeightsFetchState } from './weights-fetch.svelte.ts';

/** Everything a view may need, put together once when the window opens. */
export class Desk {
  readonly shell: Shell;
  readonly commands = new Commands();
  readonly toasts = new Toasts();
  readonly undo = new Undo(this.toasts);
  readonly preferences = new PreferencesState();
  readonly dataset = new DatasetState();
  readonly predict = new PredictState();
  readonly grid = new GridDraft();
  readonly fits = new FitsState();
  readonly cached = new CachedWeightsState();
  readonly fetching = new WeightsFetchState(this.cached, this.toasts);
  readonly machine = new MachineState();
  readonly ratings = new RatingsState();
  readonly sweep = new SweepDraft();
  readonly queue = new QueueState();
  readonly runs = new RunsState(this.undo, this.preferences);
  readonly ensemble = new EnsembleState();

  /** @param views ids of the views that there are */
  constructor(views: readonly string[]) {
    this.shell = new Shell(views);
    hear('workspace:changed', (workspace) => {
      const same = this.shell.workspace?.path === workspace.path;
      this.shell.workspace = workspace;
      if (same) return;
      this.runs.reset();
      this.ensemble.reset();
      this.predict.reset();
      this.undo.forget();
      this.queue.live = null;
      void this.load();
    });
    hear('run:recovered', ({ runId, name, reason }) =>
      this.toasts.say(`${name}: ${reason}`, {
        stays: true,
        button: {
          label: 'Open the run',
          press: () => {
            this.shell.view = 'runs';
            void this.runs.open(runId);
          },
        },
      }),
    );
    hear('menu:command', (id) => this.run(id));
  }

  async load(): Promise<void> {
    await this.shell.start();
    if (this.shell.app?.recovered === true)
      this.toasts.say('The window crashed and was loaded anew. What trains and what waits was not touched.', {
        tone: 'bad',
        stays: true,
      });
    const notice = this.shell.app?.notice ?? null;
    if (notice !== null) this.toasts.say(notice, { tone: 'bad', stays: true });
    await this.shell.attempt(() => this.preferences.load());
    await this.shell.attempt(() => this.queue.load());
    this.#showInterrupted();
    await this.shell.attempt(() => this.runs.load());
    await this.dataset.restore();
    await this.ratings.restore();
  }

  /** After a power cut or a crash the window opens where what was interrupted is told of, unless somebody is elsewhere already. */
  #showInterrupted(): void {
    const { shell, queue, dataset, ratings } = this;
    if (queue.interrupted === 0 || shell.readOnly || shell.chosen || dataset.busy || ratings.busy) return;
    shell.view = 'queue';
  }

  /** Does a command, if it can be done now; its failure is shown. */
  run(id: string): void {
    const command = this.commands.find(id);
    if (command === undefined || command.enabled?.() === false) return;
    void this.shell.attempt(async () => command.run());
  }

  /** Reads a dropped or chosen path, in the dataset view. */
  async read(path: string): Promise<void> {
    this.shell.view = 'dataset';
    await this.dataset.read(path);
  }

  /** Reads dropped or chosen ratings, in the ratings view. */
  async readRatings(path: string): Promise<void> {
    this.shell.view = 'ratings';
    await this.ratings.read(path);
  }

  /** Puts the sweep's runs in the queue and goes there. */
  async startSweep(): Promise<void> {
    const { summary } = this.ratings;
    if (summary === null) return;
    const { path, options, implicit } = summary;
    await ask('ratings:enqueue', { path, options, grid: this.sweep.toGrid(implicit) });
    this.shell.view = 'queue';
  }

  /** Writes the grid to a file that the user chooses. */
  async saveGrid(): Promise<void> {
    const path = await ask('grid:save', { grid: this.grid.toGrid() });
    if (path !== null) this.toasts.say(`Saved ${path}`);
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
