import { z } from 'zod';
import { ask, hear } from '../api/granary.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { RatingsLook, RatingsSummary } from '../../shared/ipc/recommender-views.ts';
import { ratingsOptionsSchema, type RatingsOptions } from '../../shared/records/ratings.ts';
import { optionsWithRole, type ColumnRole } from './column-roles.ts';
import { faultOf, type Fault } from './fault.ts';

/** Where a window that is loaded anew finds what was on its desk. */
const KEPT = 'ratings';
const keptSchema = z.object({ path: z.string(), options: ratingsOptionsSchema });

export type RatingsTab = 'overview' | 'train';

/** The ratings file on the desk: being read, read, or refused. */
export class RatingsState {
  status = $state<'none' | 'drawing' | 'reading' | 'ready'>('none');
  /** What is being read or was refused. */
  path = $state('');
  progress = $state.raw<News<'ratings:progress'> | null>(null);
  summary = $state.raw<RatingsSummary | null>(null);
  fault = $state.raw<Fault | null>(null);
  tab = $state<RatingsTab>('overview');
  /** Of a file that could not be read: what its columns are may be why. */
  refused = $state.raw<{ columns: RatingsLook['columns']; options: RatingsOptions } | null>(null);
  /** Answers of a reading that is no longer the newest are dropped. */
  #reading = 0;

  constructor() {
    hear('ratings:progress', (progress) => {
      if (this.busy) this.progress = progress;
    });
  }

  get busy(): boolean {
    return this.status === 'reading' || this.status === 'drawing';
  }

  /** Columns as they are read, or would be where the file was refused. */
  get columns(): RatingsLook['columns'] {
    return this.refused?.columns ?? this.summary?.columns ?? [];
  }

  /**
   * Reads and checks a ratings file, or the one that a folder has.
   * @param options left out: columns are guessed, and titles that lie beside it are used
   */
  async read(path: string, options?: RatingsOptions): Promise<void> {
    const reading = this.#begin('reading', path);
    let look: RatingsLook | null = null;
    let stated = options ?? {};
    try {
      look = await ask('ratings:look', { path, options: stated });
      if (reading !== this.#reading) return;
      const file = look.ratings ?? path;
      if (options === undefined && look.titles !== null) stated = { items: look.titles };
      this.path = file;
      const summary = await ask('ratings:inspect', { path: file, options: stated });
      if (reading !== this.#reading) return;
      if (summary.path !== this.summary?.path) this.tab = 'overview';
      this.summary = summary;
      this.refused = null;
      sessionStorage.setItem(KEPT, JSON.stringify({ path: file, options: stated }));
      this.status = 'ready';
    } catch (error) {
      if (reading !== this.#reading) return;
      const columns = look?.columns ?? [];
      this.refused = columns.length > 0 ? { columns, options: stated } : null;
      this.#failed(error);
    }
  }

  /** Reads the file anew with another use of one column. */
  setRole(column: string, role: ColumnRole): Promise<void> {
    const before = this.refused?.options ?? this.summary?.options ?? {};
    return this.read(this.path, optionsWithRole(this.columns, before, column, role));
  }

  /** Reads the file anew with these titles of its items, or none. */
  async setTitles(path: string | null): Promise<void> {
    const { items: _, ...rest } = this.summary?.options ?? {};
    await this.read(this.path, path === null ? rest : { ...rest, items: path });
  }

  async chooseTitles(): Promise<void> {
    const path = await ask('ratings:choose-titles');
    if (path !== null) await this.setTitles(path);
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
      const path = await ask('ratings:choose');
      if (path !== null) await this.read(path);
    } catch (error) {
      this.#failed(error);
    }
  }

  async drawSample(): Promise<void> {
    const reading = this.#begin('drawing', '');
    try {
      const drawn = await ask('ratings:draw-sample');
      if (reading === this.#reading) await this.read(drawn.path);
    } catch (error) {
      if (reading === this.#reading) this.#failed(error);
    }
  }

  async stop(): Promise<void> {
    this.#reading += 1;
    this.status = this.summary === null ? 'none' : 'ready';
    await ask('ratings:stop');
  }

  /** Returns the number of the reading that begins. */
  #begin(status: 'drawing' | 'reading', path: string): number {
    this.status = status;
    this.path = path;
    this.fault = null;
    this.progress = null;
    return ++this.#reading;
  }

  #failed(error: unknown): void {
    this.fault = faultOf(error);
    this.status = this.summary === null ? 'none' : 'ready';
  }
}
