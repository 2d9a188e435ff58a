import { describe, expect, it } from 'vitest';
import { ratingsConfigSchema } from '../../../shared/records/ratings-run.ts';
import {
  type SweepFields,
  missingIn,
  sweepGrid,
  sweepNumbers,
} from '../../../src-renderer/state/sweep-grid.ts';
import { planRatingsGrid } from '../../../src-main/scheduler/ratings-grid.ts';

const fields = (changes: Partial<SweepFields> = {}): SweepFields => ({
  ...{ models: ['dot-bias'], factors: '50', decays: [0.1], otherDecays: '', decay: 'auto' },
  ...{ range: 'auto', low: null, high: null, intercept: 'mean', split: 'random' },
  ...{ valid: { path: null, problem: null }, layers: '100, 50', seeds: '', numbers: { ...sweepNumbers } },
  ...changes,
});
const block = (changes: Partial<SweepFields>, implicit = false) =>
  sweepGrid(fields(changes), implicit).blocks[0]!;

describe('a sweep that is filled in', () => {
  it('untouched asks for the defaults of a run', () => {
    const [run] = planRatingsGrid(sweepGrid(fields(), false), { path: '/r.csv', options: {} });
    const { seed, ...config } = run!.config;
    const { seed: _, ...defaults } = ratingsConfigSchema.parse({ ratings: '/r.csv', seed });
    expect(config).toEqual(defaults);
    expect(sweepNumbers).toMatchObject({ negatives: defaults.negatives, validFraction: 0.2 });
  });

  it('says what was changed, each number and each decay once', () => {
    const numbers = { ...sweepNumbers, epochs: 9, lr: 0.01, negatives: 7 };
    expect(
      block({
        ...{ factors: '5, 50', decays: [0.1, 1], otherDecays: '0.3 0.1', decay: 'decoupled', numbers },
        ...{ range: 'own', low: 0, high: 5.5, intercept: 'none', seeds: '1, 2', split: 'time' },
      }),
    ).toEqual({
      ...{ model: ['dot-bias'], factors: [5, 50], weightDecay: [0.1, 0.3, 1], decay: 'decoupled' },
      ...{ range: [0, 5.5], intercept: 'none', split: 'time', epochs: 9, lr: 0.01, seed: [1, 2] },
    });
  });

  it('says of ratings nothing where there are none, and of negatives only there', () => {
    const numbers = { ...sweepNumbers, negatives: 7 };
    const told = block({ range: 'none', intercept: 'none', numbers }, true);
    expect(told).toMatchObject({ negatives: 7 });
    expect(Object.keys(told)).not.toContain('range');
    expect(Object.keys(told)).not.toContain('intercept');
  });

  it('of networks alone says no factors; layers only when they are others', () => {
    expect(block({ models: ['ncf'] })).toEqual({ model: ['ncf'], weightDecay: [0.1] });
    expect(block({ models: ['ncf', 'dot'], layers: '20' })).toMatchObject({ factors: [50], layers: [20] });
  });

  it('of a file that validates gives its path and no share', () => {
    const numbers = { ...sweepNumbers, validFraction: 0.3 };
    const valid = { path: '/v.csv', problem: null };
    expect(block({ split: 'file', valid, numbers })).toMatchObject({ split: '/v.csv' });
    expect(block({ split: 'file', valid, numbers }).validFraction).toBeUndefined();
    expect(block({ split: 'time', numbers })).toMatchObject({ split: 'time', validFraction: 0.3 });
  });

  it.each<[Partial<SweepFields>, RegExp | null]>([
    [{}, null],
    [{ models: [] }, /at least one model/],
    [{ factors: 'many' }, /factors as whole numbers/],
    [{ factors: '', models: ['ncf'] }, null],
    [{ decays: [] }, /at least one weight decay/],
    [{ decays: [], otherDecays: '0.3' }, null],
    [{ otherDecays: '-1' }, /weight decays as numbers/],
    [{ range: 'own', low: 5, high: 1 }, /lower one first/],
    [{ models: ['ncf'], layers: '' }, /hidden layers/],
    [{ seeds: 'one' }, /Seeds are whole numbers/],
    [{ split: 'file' }, /file that validates/],
    [{ split: 'file', valid: { path: '/v.csv', problem: 'It is empty.' } }, /It is empty/],
    [{ split: 'file', valid: { path: '/v.csv', problem: null } }, null],
  ])('%j: what is missing', (changes, message) => {
    const missing = missingIn(fields(changes));
    if (message === null) expect(missing).toBeNull();
    else expect(missing).toMatch(message);
  });
});
