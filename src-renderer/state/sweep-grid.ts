import type { RatingsBlock, RatingsGrid } from '../../shared/records/ratings-grid.ts';
import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import { distinct } from './collections.ts';

export type RecommenderModel = RatingsConfig['model'];
/** The settings that are plain numbers, with the run's defaults (shared/records/ratings-run.ts). */
export const sweepNumbers = {
  epochs: 5,
  batchSize: 64,
  lr: 0.003,
  validFraction: 0.2,
  negatives: 4,
} as const;
export type SweepNumber = keyof typeof sweepNumbers;

/** A sweep of recommenders as it is filled in: lists of numbers are text. */
export interface SweepFields {
  models: RecommenderModel[];
  factors: string;
  decays: number[];
  /** Further weight decays. */
  otherDecays: string;
  decay: RatingsConfig['decay'];
  range: 'auto' | 'none' | 'own';
  low: number | null;
  high: number | null;
  intercept: RatingsConfig['intercept'];
  split: 'random' | 'time' | 'leave-one-out' | 'file';
  /** The file that validates, and why it cannot (yet). */
  valid: { path: string | null; problem: string | null };
  layers: string;
  seeds: string;
  numbers: Record<SweepNumber, number | null>;
}

/** Whether factors are chosen: networks alone size their embeddings by rule. */
export const isSized = ({ models }: Pick<SweepFields, 'models'>): boolean =>
  models.some((model) => model !== 'ncf');

/** What is still to be chosen before there can be a run; null when nothing is. */
export function missingIn(fields: SweepFields): string | null {
  const decays = weightDecays(fields);
  if (fields.models.length === 0) return 'Choose at least one model.';
  if (isSized(fields) && listOf(fields.factors) === null)
    return 'Write the factors as whole numbers with commas between them, such as 5, 50.';
  if (decays === null) return 'Write weight decays as numbers with commas between them.';
  if (decays.length === 0) return 'Choose at least one weight decay; 0 is none.';
  if (fields.range === 'own' && !(fields.low !== null && fields.high !== null && fields.low < fields.high))
    return 'Write the lowest and the highest prediction, the lower one first.';
  if (fields.models.includes('ncf') && listOf(fields.layers) === null)
    return 'Write the hidden layers as whole numbers with commas between them, such as 100, 50.';
  if (fields.seeds.trim() !== '' && listOf(fields.seeds) === null)
    return 'Seeds are whole numbers, with commas between them.';
  if (fields.split === 'file')
    return fields.valid.path === null ? 'Choose the ratings file that validates.' : fields.valid.problem;
  return null;
}

/**
 * The sweep as a grid file would say it; what is a run's default is left out.
 * @param implicit there are no ratings, so that nothing is said of their range
 */
export function sweepGrid(fields: SweepFields, implicit: boolean): RatingsGrid {
  const { models, split, range, low, high } = fields;
  const block: RatingsBlock = { model: [...models], weightDecay: weightDecays(fields) ?? [] };
  if (isSized(fields)) block.factors = listOf(fields.factors) ?? [];
  if (models.includes('ncf') && fields.layers.replace(/\s/g, '') !== '100,50')
    block.layers = listOf(fields.layers) ?? [];
  if (fields.decay !== 'auto') block.decay = fields.decay;
  if (!implicit) {
    if (range === 'none') block.range = 'none';
    if (range === 'own' && low !== null && high !== null) block.range = [low, high];
    if (fields.intercept !== 'mean') block.intercept = fields.intercept;
  }
  if (split === 'file') {
    if (fields.valid.path !== null) block.split = fields.valid.path;
  } else if (split !== 'random') block.split = split;
  for (const key of Object.keys(sweepNumbers) as SweepNumber[]) {
    const value = fields.numbers[key];
    const meant =
      key === 'validFraction' ? split === 'random' || split === 'time' : key !== 'negatives' || implicit;
    if (meant && value !== null && value !== sweepNumbers[key]) block[key] = value;
  }
  const seeds = listOf(fields.seeds) ?? [];
  if (seeds.length > 0) block.seed = seeds;
  return { version: 1, kind: 'ratings', blocks: [block] };
}

/** Null when something typed is no number. */
function weightDecays({ decays, otherDecays }: SweepFields): number[] | null {
  const typed = partsOf(otherDecays).map(Number);
  if (typed.some((value) => !Number.isFinite(value) || value < 0)) return null;
  return distinct([...decays, ...typed]).sort((a, b) => a - b);
}

const partsOf = (text: string): string[] => text.split(/[,\s]+/).filter((part) => part !== '');

/** Whole numbers from 0; null where there are none, or something else stands among them. */
function listOf(text: string): number[] | null {
  const parts = partsOf(text);
  return parts.length > 0 && parts.every((part) => /^\d{1,10}$/.test(part)) ? parts.map(Number) : null;
}
