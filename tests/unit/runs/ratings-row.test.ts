import { expect, it } from 'vitest';
import { ratingsConfigSchema, type RatingsRun } from '../../../shared/records/ratings-run.ts';
import { emptyNotes } from '../../../shared/records/run-notes.ts';
import { ratingsCurvesOf } from '../../../shared/run-table/ratings-figures.ts';
import { ratingsRow } from '../../../src-main/runs/ratings-row.ts';
import { exampleRatingsHeader } from './example-recommender.ts';

const config = ratingsConfigSchema.parse({ ratings: '/data/u.data', seed: 7, weightDecay: 0.01, epochs: 3 });
const epoch = (n: number, rmse: number) => ({
  ...{
    version: 1 as const,
    epoch: n,
    trainLoss: 1 / n,
    validLoss: rmse ** 2,
    mse: rmse ** 2,
    rmse,
    mae: rmse * 0.8,
  },
  ...{ step: 10 * n, trainSeconds: 1, validSeconds: 0.5, ratingsPerSecond: 900, peakRssMb: 200 },
  time: `2026-11-25T10:00:0${n}Z`,
});
const run: RatingsRun = {
  kind: 'ratings',
  id: 'r1',
  state: 'running',
  header: exampleRatingsHeader('r1', { name: 'dot-bias 50 wd 0.01', config, validHash: 'rows' }),
  epochs: [epoch(1, 0.99), epoch(2, 0.95), epoch(3, 1.01)],
  result: null,
  notes: { ...emptyNotes, tags: ['films'], name: 'mine' },
  problem: null,
};

it("a recommender's row has its errors and settings, and nothing of pictures", () => {
  const row = ratingsRow(run);
  expect(row).toMatchObject({
    kind: 'ratings',
    name: 'mine',
    tags: ['films'],
    state: 'running',
    epochsDone: 3,
    epochsPlanned: 3,
    seconds: 4.5,
    validHash: 'rows',
  });
  expect(row.targets).toHaveLength(1);
  const { figures } = row.targets[0]!;
  expect(figures['valid.rmse']).toBe(1.01);
  expect(figures['valid.rmse.best']).toBe(0.95);
  expect(figures['valid.mae']).toBeCloseTo(0.808);
  expect(Object.keys(figures).filter((id) => id.includes('error') || id.startsWith('holdout'))).toEqual([]);
  expect(row.settings).toMatchObject({
    model: 'dot-bias',
    factors: 50,
    weightDecay: 0.01,
    'split.type': 'random',
    seed: 7,
  });
  expect(row.settings['ratings']).toBeUndefined();
});

it('its curves have RMSE and MAE by epoch', () => {
  const curves = ratingsCurvesOf(run);
  expect([...curves.epoch]).toEqual([1, 2, 3]);
  expect([...curves.seconds]).toEqual([1.5, 3, 4.5]);
  expect([...curves.targets[0]!.series['valid.rmse']!]).toEqual([0.99, 0.95, 1.01]);
  expect(ratingsCurvesOf({ id: 'r2', epochs: [] }).targets).toEqual([]);
});
