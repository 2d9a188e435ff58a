import type { RatingsGrid } from '../../shared/records/ratings-grid.ts';
import {
  type RecommenderModel,
  type SweepFields,
  type SweepNumber,
  isSized,
  missingIn,
  sweepGrid,
  sweepNumbers,
} from './sweep-grid.ts';
import { ValidFile } from './valid-file.svelte.ts';

/** Weight decays that are offered: none, and multiples of ten. */
export const offeredDecays = [0, 0.0001, 0.001, 0.01, 0.1, 1] as const;

/** A sweep of recommenders as it is being filled in. */
export class SweepDraft implements SweepFields {
  models = $state<RecommenderModel[]>(['dot-bias']);
  factors = $state('50');
  decays = $state<number[]>([0.1]);
  otherDecays = $state('');
  decay = $state<SweepFields['decay']>('auto');
  range = $state<SweepFields['range']>('auto');
  low = $state<number | null>(null);
  high = $state<number | null>(null);
  intercept = $state<SweepFields['intercept']>('mean');
  split = $state<SweepFields['split']>('random');
  readonly valid = new ValidFile();
  layers = $state('100, 50');
  seeds = $state('');
  numbers = $state<Record<SweepNumber, number | null>>({ ...sweepNumbers });

  toggleModel(model: RecommenderModel): void {
    this.models = this.models.includes(model)
      ? this.models.filter((one) => one !== model)
      : [...this.models, model];
  }

  toggleDecay(value: number): void {
    this.decays = this.decays.includes(value)
      ? this.decays.filter((one) => one !== value)
      : [...this.decays, value].sort((a, b) => a - b);
  }

  get sized(): boolean {
    return isSized(this);
  }

  get missing(): string | null {
    return missingIn(this);
  }

  toGrid(implicit: boolean): RatingsGrid {
    return sweepGrid(this, implicit);
  }
}
