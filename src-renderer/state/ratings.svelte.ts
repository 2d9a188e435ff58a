import { z } from 'zod';
import { ask, hear } from '../api/granary.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { RatingsLook, RatingsSummary } from '../../shared/ipc/recommender-views.ts';
import { ratingsOptionsSchema, type RatingsOptions } from '../../shared/records/ratings.ts';
import { optionsWithRole, type ColumnRole } from './column-roles.ts';
import { ReadingState } from './reading.svelte.ts';

const keptSchema = z.object({ path: z.string(), options: ratingsOptionsSchema });
type Kept = z.output<typeof keptSchema>;

export type RatingsTab = 'overview' | 'train';

/** The ratings file on the desk: being read, read, or refused. */
export class RatingsState extends ReadingState<RatingsSummary, News<'ratings:progress'>, Kept> {
  tab = $state<RatingsTab>('overview');
  /** Of a file that could not be read: what its columns are may be why. */
  refused = $state.raw<{ columns: RatingsLook['columns']; options: RatingsOptions } | null>(null);

  constructor() {
    super('ratings', keptSchema);
    hear('ratings:progress', (progress) => {
      if (this.busy) this.progress = progress;
    });
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
    const reading = this.begin('reading', path);
    let look: RatingsLook | null = null;
    let stated = options ?? {};
    try {
      look = await ask('ratings:look', { path, options: stated });
      if (!this.isNewest(reading)) return;
      const file = look.ratings ?? path;
      if (options === undefined && look.titles !== null) stated = { items: look.titles };
      this.path = file;
      const summary = await ask('ratings:inspect', { path: file, options: stated });
      if (!this.isNewest(reading)) return;
      if (summary.path !== this.summary?.path) this.tab = 'overview';
      this.refused = null;
      this.succeeded(summary, { path: file, options: stated });
    } catch (error) {
      if (!this.isNewest(reading)) return;
      const columns = look?.columns ?? [];
      this.refused = columns.length > 0 ? { columns, options: stated } : null;
      this.failed(error);
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

  protected reread({ path, options }: Kept): Promise<void> {
    return this.read(path, options);
  }

  protected readPath(path: string): Promise<void> {
    return this.read(path);
  }

  choose(): Promise<void> {
    return this.chooseBy(() => ask('ratings:choose'));
  }

  drawSample(): Promise<void> {
    return this.drawBy(() => ask('ratings:draw-sample'));
  }

  async stop(): Promise<void> {
    this.drop();
    await ask('ratings:stop');
  }
}
