import { ask, hear } from '../api/granary.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { PredictSource } from '../../shared/ipc/data-views.ts';
import type { PredictionReport } from '../../shared/records/prediction.ts';
import { faultOf, type Fault } from './fault.ts';

/** Pictures that somebody wants to know the classes of, and what a run or an ensemble says. */
export class PredictState {
  sources = $state.raw<PredictSource[] | null>(null);
  /** Id of the run or ensemble that predicts. */
  chosen = $state<string | null>(null);
  tta = $state(false);
  paths = $state.raw<string[]>([]);
  busy = $state(false);
  progress = $state.raw<News<'predict:progress'> | null>(null);
  report = $state.raw<PredictionReport | null>(null);
  /** The source that the report's pictures are served under. */
  pictures = $state('');
  fault = $state.raw<Fault | null>(null);
  #question = 0;

  constructor() {
    hear('predict:progress', (progress) => {
      if (this.busy) this.progress = progress;
    });
    hear('runs:changed', () => {
      if (this.sources !== null) void this.load();
    });
  }

  async load(): Promise<void> {
    try {
      this.sources = await ask('predict:sources');
      const known = this.sources.some(({ id }) => id === this.chosen);
      if (!known) this.chosen = this.sources[0]?.id ?? null;
    } catch (error) {
      this.fault = faultOf(error);
    }
  }

  /** Takes pictures and predicts them, where something can. */
  async give(paths: string[]): Promise<void> {
    this.paths = paths;
    if (this.sources === null) await this.load();
    await this.run();
  }

  async choose(): Promise<void> {
    const paths = await ask('predict:choose');
    if (paths !== null) await this.give(paths);
  }

  async run(): Promise<void> {
    const { chosen, paths, tta } = this;
    if (chosen === null || paths.length === 0) return;
    const question = ++this.#question;
    this.busy = true;
    this.fault = null;
    this.progress = null;
    try {
      const { report, pictures } = await ask('predict:run', { source: chosen, paths, tta });
      if (question !== this.#question) return;
      this.report = report;
      this.pictures = pictures;
    } catch (error) {
      if (question !== this.#question) return;
      this.report = null;
      const fault = faultOf(error);
      if (fault.code !== 'CANCELLED') this.fault = fault;
    } finally {
      if (question === this.#question) this.busy = false;
    }
  }

  async stop(): Promise<void> {
    this.#question += 1;
    this.busy = false;
    await ask('predict:stop');
  }

  clear(): void {
    this.paths = [];
    this.report = null;
    this.fault = null;
  }

  /** Another workspace was opened. */
  reset(): void {
    this.clear();
    this.sources = null;
    this.chosen = null;
  }
}
