import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectRatings } from '../../../src-main/dataset/ratings/inspect-ratings.ts';
import { readRatings } from '../../../src-main/dataset/ratings/read-ratings.ts';
import { drawRatings } from '../../../src-main/dataset/ratings/sample/draw-ratings.ts';
import { movieLens100k } from '../../../src-main/dataset/ratings/sample/plan.ts';
import { prepareRatings } from '../../../src-main/collab/prepare.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src-main/collab/checkpoint.ts';
import { type TrainingHooks, trainRecommender } from '../../../src-main/collab/train-recommender.ts';
import { Scorer } from '../../../shared/recommender/scorer.ts';
import { decodeRecommender, encodeRecommender } from '../../../shared/recommender/weights.ts';
import { ratingsConfigSchema } from '../../../shared/records/ratings-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-recommender-'));
afterAll(() => rmSync(folder, { recursive: true }));
const quiet: TrainingHooks = {
  signal: new AbortController().signal,
  epochDone: () => undefined,
  stepped: () => undefined,
  judged: () => undefined,
};
const small = drawRatings(join(folder, 'small'), { users: 120, items: 150, ratings: 4000, seed: 2 });

/** Few steps an epoch: recording 32 of them takes longer than making them. */
const quick = { seed: 7, epochs: 2, factors: 4, batchSize: 256 };

async function prepared(settings: object, path = 'small/u.data', options = {}) {
  await small;
  const ratings = join(folder, path);
  const config = ratingsConfigSchema.parse({ ...quick, ratings, options, ...settings });
  const { manifest, table } = await inspectRatings(ratings, options);
  return prepareRatings(config, manifest, table, null);
}

test('the defaults come within 3 % of the noise floor of a generated dataset of MovieLens-100k’s shape', async () => {
  const { noiseFloor, dest } = await drawRatings(join(folder, 'films'), { ...movieLens100k, seed: 1 });
  const ratings = join(dest, 'u1.base');
  const config = ratingsConfigSchema.parse({ ratings, seed: 7 });
  const { manifest, table, index } = await inspectRatings(ratings);
  const { table: valid } = await readRatings(join(dest, 'u1.test'), {}, {}, index);
  const train = { ...table, users: valid.users, items: valid.items };
  const { result } = await trainRecommender(prepareRatings(config, manifest, train, valid), quiet, null);
  expect(result.rmse! / noiseFloor.validRmse!).toBeLessThan(1.03);
  expect(result.rmse!).toBeLessThan(result.baselines!.itemUserMeans.rmse * 0.98);
  expect(result.baselines!.itemUserMeans.rmse).toBeLessThan(result.baselines!.globalMean.rmse * 0.95);
}, 60_000);

describe.each(['dot', 'dot-bias', 'ncf'] as const)('%s', (model) => {
  test('a run that was cut off goes on to the same bits, and its weights predict without TensorFlow', async () => {
    const run = await prepared({ model });
    let kept: Uint8Array | null = null;
    const whole = await trainRecommender(
      run,
      {
        ...quiet,
        epochDone: (log, checkpoint) => {
          if (log.epoch === 1) kept = encodeCheckpoint(checkpoint(), run.config);
        },
      },
      null,
    );
    const resumed = await trainRecommender(run, quiet, decodeCheckpoint(kept!, run.config));
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.result.rmse).toBe(whole.result.rmse);
    expect(() => decodeCheckpoint(kept!, { ...run.config, lr: 1 })).toThrow('other settings');

    const scorer = new Scorer(decodeRecommender(encodeRecommender(whole.weights)));
    const { valid, seen } = run;
    for (let row = 0; row < 200; row++) {
      const [user, item] = [valid.user[row]!, valid.item[row]!];
      if (seen.user[user] === 0 || seen.item[item] === 0) continue;
      expect(scorer.predict(user, item)).toBeCloseTo(whole.predictions[row]!, 3);
    }
  });
});

test('without ratings it learns who takes what, and finds what was left out better than popularity at random', async () => {
  const run = await prepared({ split: { type: 'leave-one-out' }, epochs: 4, lr: 0.02 }, 'small/u.data', {
    ratingColumn: null,
  });
  const { result, predictions } = await trainRecommender(run, quiet, null);
  expect(result.rmse).toBeNull();
  expect(result.validLoss).toBeLessThan(Math.log(2));
  expect(result.ranking!.model.users).toBe(120);
  expect(result.ranking!.model.recall).toBeGreaterThan(10 / 150);
  expect(predictions.every((p) => p > 0 && p < 1)).toBe(true);
});

test('cancelling is heard within an epoch, and divergence is said', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(
    trainRecommender(await prepared({}), { ...quiet, signal: controller.signal }, null),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(
    trainRecommender(await prepared({ range: 'none', lr: 1e30, weightDecay: 0 }), quiet, null),
  ).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
  await expect(
    trainRecommender(await prepared({ lr: 1, weightDecay: 1, decay: 'decoupled' }), quiet, null),
  ).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});

test('decay is a penalty on ratings of a dot product, and decoupled elsewhere', async () => {
  const kind = async (...args: Parameters<typeof prepared>) => (await prepared(...args)).config.decay;
  expect(await kind({})).toBe('per-rating');
  expect(await kind({ model: 'dot' })).toBe('per-rating');
  expect(await kind({ model: 'ncf' })).toBe('decoupled');
  expect(await kind({}, 'small/u.data', { ratingColumn: null })).toBe('decoupled');
  expect(await kind({ model: 'ncf', decay: 'per-rating' })).toBe('per-rating');
});

test('the range lies half a step beyond the ratings unless it is given', async () => {
  expect((await prepared({})).objective.range).toEqual([0.5, 5.5]);
  expect((await prepared({ range: [0, 5.5] })).objective.range).toEqual([0, 5.5]);
  expect((await prepared({ range: 'none' })).objective.range).toBeNull();
  await expect(prepared({ range: [5, 1] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
