import type { ImageSize } from '../../shared/image-size.ts';
import type { Augment } from '../../shared/records/run-config.ts';
import { Random } from '../dataset/random.ts';
import { drawAugmentation } from '../preprocess/augment.ts';
import { type LabelledPictures, microBatchRows, readBatches } from './batches.ts';
import type { EpochInProgress } from './checkpoint.ts';
import { discriminativeRates } from './lr-groups.ts';
import { atPosition } from './one-cycle.ts';
import type { Phase } from './phases.ts';
import type { OptimizerFeeds, Program, StepOutput, TrainFeeds } from './program/index.ts';
import type { EpochPlan, Window } from './windows.ts';

/** One epoch's work. */
export interface EpochTask {
  program: Program;
  pictures: LabelledPictures;
  plan: EpochPlan;
  phase: Phase;
  /** Counts from 0 within the phase. */
  epochOfPhase: number;
  accumulate: boolean;
  weightDecay: number;
  augment: Augment | null;
  pixels: ImageSize;
  size: ImageSize;
  /** The epoch's own generator: order, augmentation and dropout are streams forked from it. */
  random: Random;
  /** Where the epoch was left; null: at its beginning. */
  from: EpochInProgress | null;
  /** Lets messages in between two steps; throws when the run was cancelled. */
  breathe(): Promise<void>;
  /** Offered after each step but the epoch's last; `state` is only worked out when it is to be kept. */
  mayKeep(state: () => EpochInProgress): void;
  /** @param facts `losses` and `errors` are of each target, null where no picture of the window has a label */
  stepped(
    facts: {
      images: number;
      loss: number;
      lr: number;
      losses: (number | null)[];
      errors: (number | null)[];
    },
    seconds: number,
  ): void;
}

/** What an epoch came to. */
export interface EpochOutcome {
  /** Mean over the pictures that have a label, of each target; without its weight. */
  targetLosses: number[];
  /** Share of the same pictures that were told wrong when they were learnt from; null where none has a label. */
  targetErrors: (number | null)[];
  /** The head's learning rate at the last step. */
  lr: number;
  images: number;
  seconds: number;
}

/** Trains one epoch: every picture once, in a new order, window after window; or the rest of one that was left. */
export async function trainEpoch(task: EpochTask): Promise<EpochOutcome> {
  const { pictures, plan, phase, random, from } = task;
  const began = performance.now() - 1000 * (from?.seconds ?? 0);
  const order = random.fork('order').shuffle(Uint32Array.from(pictures.places.keys()));
  const streams = {
    augment: from === null ? random.fork('augment') : Random.restore(from.random.augment),
    dropout: from === null ? random.fork('dropout') : Random.restore(from.random.dropout),
  };
  const left = plan.windows.slice(from?.windows ?? 0);
  const micro = microBatches(task, left, order, streams);
  const sums = new LossSums(pictures.targets, from?.sums);
  let [images, lr] = [from?.images ?? 0, from?.lr ?? 0];
  for (const [place, window] of left.entries()) {
    const index = plan.windows.length - left.length + place;
    const stepBegan = performance.now();
    const position = (task.epochOfPhase + index / plan.windows.length) / phase.epochs;
    const { lrShare, momentum } = atPosition(phase.cycle, position);
    lr = phase.lr * lrShare;
    const optimizer: OptimizerFeeds = {
      lr: discriminativeRates(lr, phase.lowestShare),
      beta1: momentum,
      weightDecay: task.weightDecay,
    };
    let loss = 0;
    const own = new LossSums(pictures.targets);
    for (let i = 0; i < window.micro.length; i++) {
      const feeds = { ...micro.next().value!, lossScale: window.count };
      const output = runMicroBatch(task, feeds, optimizer);
      sums.add(output);
      own.add(output);
      // Divided by the window's count already, so the sum is the window's mean.
      loss += output.loss;
      if (i < window.micro.length - 1) await task.breathe();
    }
    if (task.accumulate) applyWindow(task, optimizer);
    images += window.count;
    const facts = { images: window.count, loss, lr, losses: own.losses(), errors: own.errorRates() };
    task.stepped(facts, (performance.now() - stepBegan) / 1000);
    if (place < left.length - 1)
      task.mayKeep(() => ({
        ...{ windows: index + 1, images, lr, sums: sums.state() },
        seconds: (performance.now() - began) / 1000,
        random: { augment: streams.augment.state(), dropout: streams.dropout.state() },
      }));
    await task.breathe();
  }
  const seconds = (performance.now() - began) / 1000;
  return { targetLosses: sums.means(), targetErrors: sums.errorRates(), lr, images, seconds };
}

/** The feeds of each micro-batch in turn; the next one's pixels are being read meanwhile. */
function* microBatches(
  { pictures, augment, pixels, size }: EpochTask,
  windows: readonly Window[],
  order: Uint32Array,
  streams: { augment: Random; dropout: Random },
): Generator<Omit<TrainFeeds, 'lossScale'>> {
  for (const batch of readBatches(pictures, microBatchRows(windows, order))) {
    const view = drawAugmentation(augment, { pixels, size, count: batch.count, random: streams.augment });
    yield { pixels: batch.pixels, labels: batch.labels, ...view, random: () => streams.dropout.next() };
  }
}

function runMicroBatch(task: EpochTask, feeds: TrainFeeds, optimizer: OptimizerFeeds): StepOutput {
  const { program, phase, accumulate } = task;
  if (phase.phase === 'frozen')
    return accumulate ? program.trainHeadMicro(feeds) : program.trainHead({ ...feeds, ...optimizer });
  return accumulate ? program.trainMicro(feeds) : program.trainStep({ ...feeds, ...optimizer });
}

function applyWindow({ program, phase }: EpochTask, optimizer: OptimizerFeeds): void {
  if (phase.phase === 'frozen') program.applyHead(optimizer);
  else program.apply(optimizer);
}

/** Sums of losses and hits over an epoch's labelled pictures, of each target. */
class LossSums {
  readonly #losses: number[];
  readonly #correct: number[];
  readonly #counts: number[];

  constructor(targets: number, from?: EpochInProgress['sums']) {
    const zeros = (): number[] => new Array<number>(targets).fill(0);
    this.#losses = from === undefined ? zeros() : [...from.losses];
    this.#correct = from === undefined ? zeros() : [...from.correct];
    this.#counts = from === undefined ? zeros() : [...from.counts];
  }

  state(): EpochInProgress['sums'] {
    return { losses: [...this.#losses], correct: [...this.#correct], counts: [...this.#counts] };
  }

  add({ losses, correct, counts }: StepOutput): void {
    losses.forEach((loss, t) => (this.#losses[t]! += loss));
    correct.forEach((hits, t) => (this.#correct[t]! += hits));
    counts.forEach((count, t) => (this.#counts[t]! += count));
  }

  /** Means of each target, null where none has a label. */
  losses(): (number | null)[] {
    return this.#losses.map((loss, t) => (this.#counts[t] === 0 ? null : loss / this.#counts[t]!));
  }

  means(): number[] {
    return this.#losses.map((loss, t) => loss / Math.max(1, this.#counts[t]!));
  }

  errorRates(): (number | null)[] {
    return this.#counts.map((count, t) => (count === 0 ? null : 1 - this.#correct[t]! / count));
  }
}
