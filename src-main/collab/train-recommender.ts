import { GranaryError } from '../../shared/errors.ts';
import { rankingFigures } from '../../shared/metrics/ranking.ts';
import { topN } from '../../shared/recommender/top.ts';
import { errorsOf, fitMeans } from '../../shared/recommender/baselines.ts';
import { checkShrink } from '../../shared/recommender/shrink-limit.ts';
import { Scorer } from '../../shared/recommender/scorer.ts';
import { recommenderSize } from '../../shared/recommender/size.ts';
import type { RecommenderWeights } from '../../shared/recommender/weights.ts';
import type { RatingsEpoch, RatingsResult } from '../../shared/records/ratings-run.ts';
import { Random } from '../dataset/random.ts';
import { buildModel, initialValues, recommenderOf } from './build-model.ts';
import { type EpochRows, TakenItems, ratedRows, sampledRows } from './epoch-rows.ts';
import type { PreparedRatings } from './prepare.ts';
import { DenseProgram } from './program/dense-program.ts';
import { SparseProgram } from './program/sparse-program.ts';
import type { Batch, CollabProgram, CollabSpec, Values } from './program/spec.ts';
import { type AdamSettings, stepNumbers } from './schedule.ts';

/** fastai's Adam. Gradients of a mean shrink with the batch, and epsilon with them, so that it means the same at any size. */
const ADAM = { beta2: 0.99, epsilon: 1e-5, atBatch: 64 };
/** Rows handed over at once, at least: between two pieces a cancel is heard and the loss told. */
const PIECE_ROWS = 1 << 11;
/** Lists are judged for so many users at most; more say nothing more. */
const RANKED_USERS = 5000;
export const RANKING_K = 10;

/** Where a run that was cut off stands. */
export interface RecommenderCheckpoint {
  epochs: RatingsEpoch[];
  steps: number;
  seconds: number;
  values: Values;
  state: Values;
}

export interface TrainingHooks {
  signal: AbortSignal;
  epochDone(log: RatingsEpoch, checkpoint: () => RecommenderCheckpoint): void;
  /** Some steps were made: their mean loss, the learning rate of the last, and the seconds that they took. */
  stepped(piece: {
    epoch: number;
    steps: number;
    rows: number;
    loss: number;
    lr: number;
    seconds: number;
  }): void;
  /** Validation rows were predicted. */
  judged(rows: number, seconds: number): void;
}

export interface TrainedRecommender {
  weights: RecommenderWeights;
  /** Of the validation rows, in their order. */
  predictions: Float32Array;
  result: Extract<RatingsResult, { status: 'finished' }>;
}

/** Rows that an epoch learns from: with sampled negatives, each taken item stands for several. */
export function epochRowCount({ config, implicit, train }: PreparedRatings): number {
  return train.user.length * (implicit ? 1 + config.negatives : 1);
}

/** Trains a recommender, from its beginning or from a checkpoint. */
export async function trainRecommender(
  prepared: PreparedRatings,
  hooks: TrainingHooks,
  from: RecommenderCheckpoint | null,
): Promise<TrainedRecommender> {
  const { config } = prepared;
  const run = new Training(prepared, hooks, from);
  try {
    while (run.epochs.length < config.epochs) await run.epoch();
    return run.finish();
  } finally {
    run.dispose();
  }
}

class Training {
  readonly epochs: RatingsEpoch[];
  readonly #prepared: PreparedRatings;
  readonly #hooks: TrainingHooks;
  readonly #program: CollabProgram;
  readonly #spec: CollabSpec;
  readonly #adam: AdamSettings;
  readonly #random: Random;
  readonly #taken: TakenItems | null;
  readonly #judged: Batch;
  readonly #began: number;

  constructor(prepared: PreparedRatings, hooks: TrainingHooks, from: RecommenderCheckpoint | null) {
    this.#prepared = prepared;
    this.#hooks = hooks;
    const { config, train, objective, implicit } = prepared;
    const [users, items] = [train.users.length, train.items.length];
    const model = buildModel(config, users, items);
    const { batchSize } = config;
    const rows = epochRowCount(prepared);
    this.#spec = {
      model,
      users,
      items,
      batchSize,
      // More steps than an epoch has would never be called; TensorFlow's look at the graph costs a second for 32.
      unrolled: Math.max(1, Math.min(32, Math.floor(16_384 / batchSize), Math.floor(rows / batchSize))),
      evalBatch: Math.max(4096, batchSize),
      objective,
      beta2: ADAM.beta2,
      l2: config.decay === 'l2' ? config.weightDecay : 0,
      perRating: config.decay === 'per-rating' ? config.weightDecay : 0,
    };
    const adam: AdamSettings = (this.#adam = {
      lr: config.lr,
      weightDecay: config.decay === 'decoupled' ? config.weightDecay : 0,
      beta2: ADAM.beta2,
      epsilon: ADAM.epsilon * Math.min(1, ADAM.atBatch / batchSize),
      totalSteps: config.epochs * Math.ceil(rows / batchSize),
    });
    checkShrink(config);
    this.#program =
      recommenderSize(config, users, items).optimizer === 'dense'
        ? new DenseProgram(this.#spec, adam)
        : new SparseProgram(this.#spec, adam);
    this.#program.load(from?.values ?? initialValues(model, users, items, config.seed));
    if (from !== null) this.#program.loadState(from.state, from.steps);
    this.epochs = [...(from?.epochs ?? [])];
    this.#random = new Random(config.seed);
    this.#taken = implicit ? new TakenItems(train) : null;
    this.#judged = this.#validationRows();
    this.#began = performance.now() - (from?.seconds ?? 0) * 1000;
  }

  async epoch(): Promise<void> {
    const { config, train } = this.#prepared;
    const epoch = this.epochs.length + 1;
    const random = this.#random.fork(`epoch-${epoch}`);
    const began = performance.now();
    const rows =
      this.#taken === null
        ? ratedRows(train, random)
        : sampledRows(train, this.#taken, config.negatives, random);
    const trainLoss = await this.#learn(rows, epoch);
    if (!Number.isFinite(trainLoss)) throw diverged(epoch, config.lr);
    const trained = performance.now();
    const errors = this.#judge();
    const now = performance.now();
    this.#hooks.judged(this.#judged.user.length, (now - trained) / 1000);
    const log: RatingsEpoch = {
      version: 1,
      epoch,
      trainLoss,
      ...errors,
      step: this.#program.steps,
      trainSeconds: (trained - began) / 1000,
      validSeconds: (now - trained) / 1000,
      ratingsPerSecond: (rows.total / (trained - began)) * 1000,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      time: new Date().toISOString(),
    };
    this.epochs.push(log);
    this.#hooks.epochDone(log, () => this.#checkpoint());
  }

  finish(): TrainedRecommender {
    const { train, valid, config, objective, seen } = this.#prepared;
    const predictions = this.#predictions(valid.user, valid.item);
    const weights = recommenderOf(this.#program.read(), config, objective, {
      users: train.users,
      items: train.items,
      titles: train.titles,
      seen: { user: Float32Array.from(seen.user), item: Float32Array.from(seen.item) },
    });
    const last = this.epochs.at(-1)!;
    const best = this.epochs.reduce((a, b) => (b.validLoss < a.validLoss ? b : a));
    return {
      weights,
      predictions,
      result: {
        version: 1,
        status: 'finished',
        mse: last.mse,
        rmse: last.rmse,
        mae: last.mae,
        validLoss: last.validLoss,
        best: { epoch: best.epoch, validLoss: best.validLoss },
        baselines: this.#baselines(),
        ranking: this.#ranking(weights),
        epochs: this.epochs.length,
        steps: this.#program.steps,
        calls: this.#program.calls,
        seconds: (performance.now() - this.#began) / 1000,
        peakRssMb: process.resourceUsage().maxRSS / 1024,
        finished: new Date().toISOString(),
      },
    };
  }

  dispose(): void {
    this.#program.dispose();
  }

  async #learn(rows: EpochRows, epoch: number): Promise<number> {
    const { batchSize, unrolled } = this.#spec;
    const call = batchSize * unrolled;
    const piece = call * Math.max(1, Math.ceil(PIECE_ROWS / call));
    let sum = 0;
    for (let at = 0; at < rows.total; at += piece) {
      await new Promise(setImmediate);
      if (this.#hooks.signal.aborted)
        throw new GranaryError('CANCELLED', 'The run was cancelled.', 'Start it again when you want to.');
      const to = Math.min(rows.total, at + piece);
      const [began, before] = [performance.now(), this.#program.steps];
      const loss = this.#program.train(rows.slice(at, to));
      sum += loss * (to - at);
      const { steps } = this.#program;
      this.#hooks.stepped({
        ...{ epoch, loss, steps: steps - before, rows: to - at },
        lr: stepNumbers(this.#adam, steps).lr,
        seconds: (performance.now() - began) / 1000,
      });
    }
    return sum / rows.total;
  }

  #judge(): Pick<RatingsEpoch, 'validLoss' | 'mse' | 'rmse' | 'mae'> {
    const { user, item, truth } = this.#judged;
    const raw = this.#program.predict(user, item);
    if (this.#prepared.implicit) {
      let sum = 0;
      for (let k = 0; k < raw.length; k++)
        sum += Math.max(raw[k]!, 0) - raw[k]! * truth[k]! + Math.log1p(Math.exp(-Math.abs(raw[k]!)));
      return { validLoss: sum / raw.length, mse: null, rmse: null, mae: null };
    }
    const errors = errorsOf(truth, (row) => raw[row]!);
    return { validLoss: errors.mse, ...errors };
  }

  /** Ratings, or what a model without TensorFlow would say: probabilities where there are none. */
  #predictions(user: Int32Array, item: Int32Array): Float32Array {
    const raw = this.#program.predict(user, item);
    return this.#prepared.implicit ? raw.map((logit) => 1 / (1 + Math.exp(-logit))) : raw;
  }

  /** The validation rows; without ratings with negatives, the same in each epoch and for each run of a seed. */
  #validationRows(): Batch {
    const { valid, train, config, implicit } = this.#prepared;
    if (!implicit) return { user: valid.user, item: valid.item, truth: valid.rating! };
    const both = {
      ...train,
      user: Int32Array.from([...train.user, ...valid.user]),
      item: Int32Array.from([...train.item, ...valid.item]),
    };
    const rows = sampledRows(valid, new TakenItems(both), config.negatives, this.#random.fork('valid'));
    return rows.slice(0, rows.total);
  }

  #baselines(): Extract<RatingsResult, { status: 'finished' }>['baselines'] {
    const { train, valid, implicit } = this.#prepared;
    if (implicit) return null;
    const means = fitMeans(train);
    const pick = ({ mse, rmse }: { mse: number; rmse: number }) => ({ mse, rmse });
    return {
      globalMean: pick(errorsOf(valid.rating!, () => means.globalMean)),
      itemUserMeans: pick(
        errorsOf(
          valid.rating!,
          (row) => means.globalMean + means.item[valid.item[row]!]! + means.user[valid.user[row]!]!,
        ),
      ),
    };
  }

  #ranking(weights: RecommenderWeights): Extract<RatingsResult, { status: 'finished' }>['ranking'] {
    const { config, train, valid, implicit, seen } = this.#prepared;
    if (config.split.type !== 'leave-one-out' && !implicit) return null;
    const scorer = new Scorer(weights);
    const taken = new TakenItems(train);
    const relevant = new Map<number, Set<number>>();
    for (let row = 0; row < valid.user.length; row++) {
      const user = valid.user[row]!;
      if (seen.user[user] === 0) continue;
      let own = relevant.get(user);
      if (own === undefined) relevant.set(user, (own = new Set()));
      own.add(valid.item[row]!);
    }
    const users = new Random(config.seed)
      .fork('ranked')
      .shuffle([...relevant.keys()])
      .slice(0, RANKED_USERS);
    const lists = (scores: (user: number) => ArrayLike<number>) =>
      users.map((user) => ({
        ranked: topN(scores(user), RANKING_K, new Set(taken.of(user))),
        relevant: relevant.get(user)!,
      }));
    return {
      model: rankingFigures(
        lists((user) => scorer.predictAll(user)),
        RANKING_K,
        train.items.length,
      ),
      popularity: rankingFigures(
        lists(() => seen.item),
        RANKING_K,
        train.items.length,
      ),
    };
  }

  #checkpoint(): RecommenderCheckpoint {
    return {
      epochs: this.epochs,
      steps: this.#program.steps,
      seconds: (performance.now() - this.#began) / 1000,
      values: this.#program.read(),
      state: this.#program.readState(),
    };
  }
}

function diverged(epoch: number, lr: number): GranaryError {
  return new GranaryError(
    'TRAINING_DIVERGED',
    `The loss is no number any more in epoch ${epoch}, at a learning rate of ${lr}: training diverged.`,
    'Start the run again with a lower learning rate, for example a third (--lr).',
  );
}
