import { ask, hear } from '../api/granary.ts';
import type { News } from '../../shared/ipc/channels.ts';
import { formatBytes } from '../../shared/format-bytes.ts';
import type { CachedWeightsState } from './cached-weights.svelte.ts';
import { faultOf, type Fault } from './fault.ts';
import type { Toasts } from './toasts.svelte.ts';

/** Weights that are being fetched ahead, before any run asks for them. */
export class WeightsFetchState {
  /** Those that are being fetched now, `id.tag`. */
  names = $state.raw<readonly string[]>([]);
  progress = $state.raw<News<'weights:progress'> | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** Somebody stopped the last one; what has arrived is kept. */
  stopped = $state(false);
  /** Counts what was fetched or given up: what this machine has may have changed. */
  ended = $state(0);
  readonly #cached: CachedWeightsState;
  readonly #toasts: Toasts;

  constructor(cached: CachedWeightsState, toasts: Toasts) {
    this.#cached = cached;
    this.#toasts = toasts;
    hear('weights:progress', (progress) => {
      if (this.busy) this.progress = progress;
    });
  }

  get busy(): boolean {
    return this.names.length > 0;
  }

  /** @param names `id.tag` */
  async fetch(names: readonly string[]): Promise<void> {
    if (this.busy || names.length === 0) return;
    this.names = names;
    this.progress = this.fault = null;
    this.stopped = false;
    try {
      const weights = await ask('weights:fetch', { names: [...names] });
      const bytes = weights.reduce((sum, one) => sum + one.bytes, 0);
      const what =
        weights.length === 1 ? `the weights ${weights[0]!.name}` : `${weights.length} sets of weights`;
      this.#toasts.say(`Fetched ${what}, ${formatBytes(bytes)}`);
    } catch (error) {
      const fault = faultOf(error);
      if (fault.code === 'CANCELLED') this.stopped = true;
      else this.fault = fault;
    } finally {
      this.names = [];
      this.progress = null;
      // Some may have come before one failed.
      await this.#cached.load().catch(() => undefined);
      this.ended += 1;
    }
  }

  async stop(): Promise<void> {
    await ask('weights:stop-fetching');
  }
}
