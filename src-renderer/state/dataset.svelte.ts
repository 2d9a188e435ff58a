import { ask, hear } from '../api/granary.ts';
import { z } from 'zod';
import type { News } from '../../shared/ipc/channels.ts';
import type { DatasetSummary } from '../../shared/ipc/views.ts';
import { datasetOptionsSchema, type DatasetOptions } from '../../shared/records/dataset.ts';
import { DatasetBrowser } from './browser.svelte.ts';
import type { SaidRoles } from './picture-roles.ts';
import { ReadingState } from './reading.svelte.ts';

/** How many pictures the sample dataset of the first minute has: enough to learn from, drawn in half a minute. */
const sample = { images: 500, seed: 1 };

const keptSchema = z.object({ path: z.string(), options: datasetOptionsSchema });
type Kept = z.output<typeof keptSchema>;

/** The dataset on the desk: being read, read, or refused. */
export class DatasetState extends ReadingState<DatasetSummary, News<'dataset:progress'>, Kept> {
  /** How the dataset is looked at. */
  browser = $state.raw<DatasetBrowser | null>(null);
  /** The dataset's folder is not where it was. */
  missing = $state(false);
  /** What the columns of a table that was refused are said to be, until it is read or another one is. */
  said = $state.raw<SaidRoles>({});
  #doubting = false;

  constructor() {
    super('dataset', keptSchema);
    hear('dataset:progress', (progress) => {
      if (this.busy) this.progress = progress;
    });
  }

  /** Reads and checks a folder or CSV; what was there stays on the desk if it fails. */
  async read(path: string, options: DatasetOptions = {}): Promise<void> {
    if (path !== this.path) this.said = {};
    const reading = this.begin('reading', path);
    try {
      const summary = await ask('dataset:inspect', { path, options });
      if (!this.isNewest(reading)) return;
      const tab = this.browser?.summary.path === summary.path ? this.browser.tab : 'overview';
      this.browser = new DatasetBrowser(summary);
      this.browser.tab = tab;
      this.missing = false;
      this.said = {};
      this.succeeded(summary, { path, options });
    } catch (error) {
      if (this.isNewest(reading)) this.failed(error);
    }
  }

  protected reread({ path, options }: Kept): Promise<void> {
    return this.read(path, options);
  }

  protected readPath(path: string): Promise<void> {
    return this.read(path);
  }

  choose(): Promise<void> {
    return this.chooseBy(() => ask('dataset:choose'));
  }

  drawSample(): Promise<void> {
    return this.drawBy(() => ask('dataset:draw-sample', sample));
  }

  /** A picture could not be shown: looks whether the whole dataset is gone. */
  async doubt(): Promise<void> {
    const { summary } = this;
    if (summary === null || this.missing || this.#doubting) return;
    this.#doubting = true;
    try {
      const present = await ask('dataset:present', { hash: summary.hash });
      if (this.summary === summary) this.missing = !present;
    } catch {
      // The picture's own sign says enough.
    } finally {
      this.#doubting = false;
    }
  }

  async stop(): Promise<void> {
    this.drop();
    await ask('dataset:stop');
  }
}
