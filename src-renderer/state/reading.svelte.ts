import type { z } from 'zod';
import { faultOf, type Fault } from './fault.ts';

/**
 * Something on the desk that is read from the disk: being drawn or read, read, or refused. What was there stays when a reading
 * fails or is stopped.
 */
export abstract class ReadingState<Summary, Progress, Kept extends { path: string }> {
  status = $state<'none' | 'drawing' | 'reading' | 'ready'>('none');
  /** What is being read or was refused. */
  path = $state('');
  progress = $state.raw<Progress | null>(null);
  summary = $state.raw<Summary | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** Answers of a reading that is no longer the newest are dropped. */
  #reading = 0;
  /** Where a window that is loaded anew finds what was on its desk. */
  readonly #key: string;
  readonly #schema: z.ZodType<Kept>;

  /** @param key of the page's storage; @param schema what is kept there */
  constructor(key: string, schema: z.ZodType<Kept>) {
    this.#key = key;
    this.#schema = schema;
  }

  get busy(): boolean {
    return this.status === 'reading' || this.status === 'drawing';
  }

  /** Reads what was kept. */
  protected abstract reread(kept: Kept): Promise<void>;
  protected abstract readPath(path: string): Promise<void>;

  /** After the window was loaded anew: reads what was on the desk before. */
  async restore(): Promise<void> {
    const kept = sessionStorage.getItem(this.#key);
    if (kept === null || this.status !== 'none') return;
    const parsed = this.#schema.safeParse(JSON.parse(kept));
    if (parsed.success) await this.reread(parsed.data);
  }

  /** Lets the user choose, and reads that. */
  protected async chooseBy(ask: () => Promise<string | null>): Promise<void> {
    try {
      const path = await ask();
      if (path !== null) await this.readPath(path);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Draws a sample, and reads that. */
  protected async drawBy(ask: () => Promise<{ path: string }>): Promise<void> {
    const reading = this.begin('drawing', '');
    try {
      const drawn = await ask();
      if (this.isNewest(reading)) await this.readPath(drawn.path);
    } catch (error) {
      if (this.isNewest(reading)) this.failed(error);
    }
  }

  /** Returns the number of the reading that begins. */
  protected begin(status: 'drawing' | 'reading', path: string): number {
    this.status = status;
    this.path = path;
    this.fault = null;
    this.progress = null;
    return ++this.#reading;
  }

  protected isNewest(reading: number): boolean {
    return reading === this.#reading;
  }

  protected succeeded(summary: Summary, kept: Kept): void {
    this.summary = summary;
    sessionStorage.setItem(this.#key, JSON.stringify(kept));
    this.status = 'ready';
  }

  protected failed(error: unknown): void {
    this.fault = faultOf(error);
    this.#settle();
  }

  /** No answer of what goes on now is wanted any more. */
  protected drop(): void {
    this.#reading += 1;
    this.#settle();
  }

  #settle(): void {
    this.status = this.summary === null ? 'none' : 'ready';
  }
}
