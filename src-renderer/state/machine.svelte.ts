import { ask, hear } from '../api/granary.ts';
import type { MachineSample } from '../../shared/ipc/machine-views.ts';

/** How far back is shown. */
const KEPT_MS = 3_600_000;

/** The machine over the last hour, while somebody looks at it. Main keeps it meanwhile. */
export class MachineState {
  /** The oldest first. */
  samples = $state.raw<MachineSample[]>([]);
  #watchers = 0;

  constructor() {
    hear('machine:sample', (sample) => {
      if (this.#watchers > 0) this.#add(sample);
    });
  }

  /** @returns ends it */
  watch(): () => void {
    this.#watchers += 1;
    void this.#load();
    return () => {
      this.#watchers -= 1;
    };
  }

  async #load(): Promise<void> {
    const history = await ask('machine:history');
    const last = history[history.length - 1]?.time ?? 0;
    this.samples = [...history, ...this.samples.filter(({ time }) => time > last)];
  }

  #add(sample: MachineSample): void {
    this.samples = [...this.samples.filter(({ time }) => time > sample.time - KEPT_MS), sample];
  }
}
