import { distinct } from './collections.ts';
import type { RatingsBlock, RatingsGrid } from '../../shared/records/ratings-grid.ts';

export type RecommenderModel = 'dot' | 'dot-bias' | 'ncf';
/** Weight decays that are offered: none, and multiples of ten. */
export const offeredDecays = [0, 0.0001, 0.001, 0.01, 0.1, 1] as const;

/** The settings that are plain numbers, with the run's defaults (shared/records/ratings-run.ts). */
const numbers = { epochs: 5, batchSize: 64, lr: 0.003, validFraction: 0.2, negatives: 4 } as const;
export type SweepNumber = keyof typeof numbers;

/** A sweep of recommenders as it is being filled in. */
export class SweepDraft {
  models = $state<RecommenderModel[]>(['dot-bias']);
  factors = $state('50');
  decays = $state<number[]>([0.1]);
  /** Further weight decays, as text. */
  otherDecays = $state('');
  decay = $state<'auto' | 'per-rating' | 'decoupled' | 'l2'>('auto');
  range = $state<'auto' | 'none' | 'own'>('auto');
  low = $state<number | null>(null);
  high = $state<number | null>(null);
  intercept = $state<'none' | 'mean'>('mean');
  split = $state<'random' | 'time' | 'leave-one-out'>('random');
  layers = $state('100, 50');
  seeds = $state('');
  numbers = $state<Record<SweepNumber, number | null>>({ ...numbers });

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

  /** Whether factors are chosen: networks alone size their embeddings by rule. */
  get sized(): boolean {
    return this.models.some((model) => model !== 'ncf');
  }

  /** What is still to be chosen before there can be a run; null when nothing is. */
  get missing(): string | null {
    if (this.models.length === 0) return 'Choose at least one model.';
    if (this.sized && listOf(this.factors) === null)
      return 'Write the factors as whole numbers with commas between them, such as 5, 50.';
    if (this.#weightDecays() === null) return 'Write weight decays as numbers with commas between them.';
    if (this.#weightDecays()!.length === 0) return 'Choose at least one weight decay; 0 is none.';
    if (this.range === 'own' && !(this.low !== null && this.high !== null && this.low < this.high))
      return 'Write the lowest and the highest prediction, the lower one first.';
    if (this.models.includes('ncf') && listOf(this.layers) === null)
      return 'Write the hidden layers as whole numbers with commas between them, such as 100, 50.';
    if (this.seeds.trim() !== '' && listOf(this.seeds) === null)
      return 'Seeds are whole numbers, with commas between them.';
    return null;
  }

  /** The sweep as a grid file would say it. @param implicit there are no ratings, so that nothing is said of their range */
  toGrid(implicit: boolean): RatingsGrid {
    const block: RatingsBlock = { model: [...this.models], weightDecay: this.#weightDecays() ?? [] };
    if (this.sized) block.factors = listOf(this.factors) ?? [];
    if (this.models.includes('ncf') && this.layers.replace(/\s/g, '') !== '100,50')
      block.layers = listOf(this.layers) ?? [];
    if (this.decay !== 'auto') block.decay = this.decay;
    if (!implicit) {
      if (this.range === 'none') block.range = 'none';
      if (this.range === 'own' && this.low !== null && this.high !== null)
        block.range = [this.low, this.high];
      if (this.intercept !== 'mean') block.intercept = this.intercept;
    }
    if (this.split !== 'random') block.split = this.split;
    for (const key of Object.keys(numbers) as SweepNumber[]) {
      const value = this.numbers[key];
      const meant =
        key === 'validFraction' ? this.split !== 'leave-one-out' : key !== 'negatives' || implicit;
      if (meant && value !== null && value !== numbers[key]) block[key] = value;
    }
    const seeds = listOf(this.seeds) ?? [];
    if (seeds.length > 0) block.seed = seeds;
    return { version: 1, kind: 'ratings', blocks: [block] };
  }

  /** Null when something typed is no number. */
  #weightDecays(): number[] | null {
    const typed = partsOf(this.otherDecays).map(Number);
    if (typed.some((value) => !Number.isFinite(value) || value < 0)) return null;
    return distinct([...this.decays, ...typed]).sort((a, b) => a - b);
  }
}

const partsOf = (text: string): string[] => text.split(/[,\s]+/).filter((part) => part !== '');

/** Whole numbers from 0; null where there are none, or something else stands among them. */
function listOf(text: string): number[] | null {
  const parts = partsOf(text);
  return parts.length > 0 && parts.every((part) => /^\d{1,10}$/.test(part)) ? parts.map(Number) : null;
}
