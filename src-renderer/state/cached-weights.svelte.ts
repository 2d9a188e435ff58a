import { ask } from '../api/granary.ts';
import type { CachedWeights } from '../../shared/ipc/weights.ts';

/** Pretrained weights that this machine has, as last asked. */
export class CachedWeightsState {
  #byName = $state.raw<ReadonlyMap<string, CachedWeights> | null>(null);

  async load(): Promise<void> {
    const all = await ask('weights:cached');
    this.#byName = new Map(all.map((weights) => [weights.name, weights]));
  }

  get known(): boolean {
    return this.#byName !== null;
  }

  /** @param name `id.tag` */
  of(name: string): CachedWeights | null {
    return this.#byName?.get(name) ?? null;
  }
}
