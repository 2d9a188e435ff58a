import { ask, hear } from '../api/granary.ts';
import { z } from 'zod';
import type { News } from '../../shared/ipc/channels.ts';
import type { DatasetSummary } from '../../shared/ipc/views.ts';
import { datasetOptionsSchema, type DatasetOptions } from '../../shared/records/dataset.ts';
import { DatasetBrowser } from './browser.svelte.ts';
import { faultOf, type Fault } from './fault.ts';

/** How many pictures the sample dataset of the first minute has: enough to learn from, drawn in half a minute. */
const sample = { images: 500, seed: 1 };

/** Where a window that is loaded anew finds what was on its desk. */
const KEPT = 'dataset';
const keptSchema = z.object({ path: z.string(), options: datasetOptionsSchema });

/** The dataset on the desk: being read, read, or refused. */
export class DatasetState {
  status = $state<'none' | 'drawing' | 'reading' | 'ready'>('none');
  /** What is being read or was refused. */
  path = $state('');
  progress = $state.raw<News<'dataset:progress'> | null>(null);
  summary = $state.raw<DatasetSummary | null>(null);
  /** How the dataset is looked at. */
  browser = $state.raw<DatasetBrowser | null>(null);
  /** The dataset's folder is not where it was. */
  missing = $state(false);
  fault = $state.raw<Fault | null>(null);
  /** Answers of a reading that is no longer the newest are dropped. */
  #reading = 0;
  #doubting = false;

  constructor() {
    hear('dataset:progress', (progress) => {
      if (this.busy) this.progress = progress;
    });
  }

  get busy(): boolean {
    return this.status === 'reading' || this.status === 'drawing';
  }

  /** Reads and checks a folder or CSV; what was there stays on the desk if it fails. */
  async read(path: string, options: DatasetOptions = {}): Promise<void> {
    const reading = ++this.#reading;
    this.status = 'reading';
    this.path = path;
    this.fault = null;
    this.progress = null;
    try {
      const summary = await ask('dataset:inspect', { path, options });
      if (reading !== this.#reading) return;
      const tab = this.browser?.summary.path === summary.path ? this.browser.tab : 'overview';
      this.browser = new DatasetBrowser(summary);
      this.browser.tab = tab;
      this.missing = false;
      this.summary = summary;
      sessionStorage.setItem(KEPT, JSON.stringify({ path, options }));
      this.status = 'ready';
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#refused(error);
    }
  }

  /** After the window was loaded anew: reads what was on the desk before. */
  async restore(): Promise<void> {
    const kept = sessionStorage.getItem(KEPT);
    if (kept === null || this.status !== 'none') return;
    const parsed = keptSchema.safeParse(JSON.parse(kept));
    if (parsed.success) await this.read(parsed.data.path, parsed.data.options);
  }

  async choose(): Promise<void> {
    try {
      const path = await ask('dataset:choose');
      if (path !== null) await this.read(path);
    } catch (error) {
      this.#refused(error);
    }
  }

  async drawSample(): Promise<void> {
    const reading = ++this.#reading;
    try {
      this.status = 'drawing';
      this.path = '';
      this.fault = null;
      this.progress = null;
      const drawn = await ask('dataset:draw-sample', sample);
      if (reading !== this.#reading) return;
      await this.read(drawn.path);
    } catch (error) {
      if (reading === this.#reading) this.#refused(error);
    }
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
    this.#reading += 1;
    this.status = this.summary === null ? 'none' : 'ready';
    await ask('dataset:stop');
  }

  #refused(error: unknown): void {
    this.fault = faultOf(error);
    this.status = this.summary === null ? 'none' : 'ready';
  }
}
