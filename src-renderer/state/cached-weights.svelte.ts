import { ask } from '../api/granary.ts';
import type { CachedWeights } from '../../shared/ipc/weights.ts';

/** Pretrained weights that this machine has, as last asked. */
export class CachedWeightsState {
  #all = $state.raw<readonly CachedWeights[] | null>(null);

  async load(): Promise<void> {
    this.#all = await ask('weights:cached');
  }

  get known(): boolean {
    return this.#all !== null;
  }

  /** @param name `id.tag` */
  of(name: string): CachedWeights | null {
    return this.#all?.find((weights) => weights.name === name) ?? null;
  }
}
