import type { StepPoint, WorkerEvent } from '../../shared/ipc/job.ts';

type StepEvent = Extract<WorkerEvent, { type: 'step' }>;

/** What a step is worth telling. */
export interface StepFacts {
  epoch: number;
  phase: 'frozen' | 'full';
  images: number;
  loss: number;
  lr: number;
  /** Of each target, null where no picture has a label. */
  losses: (number | null)[];
  errors: (number | null)[];
  /** Optimizer steps that these are the means of. Default: one. */
  steps?: number;
}

/** How much there is to do in a run; the ETA comes from it. */
export interface Workload {
  steps: { frozen: number; full: number };
  /** Pictures that are only looked at: all validations and the final predictions with every view. */
  evaluations: number;
}

const nothing: Workload = { steps: { frozen: 0, full: 0 }, evaluations: 0 };
const INTERVAL_MS = 100;
/** How much a new step's duration weighs in the running mean. */
const SMOOTHING = 0.1;
/** A frozen step has no backward pass through the body, so a full one takes about three times as long until one was seen. */
const FULL_OVER_FROZEN = 3;

/** Turns steps into at most ten events a second, with a rate and an ETA over all that is left of the run. */
export class StepReporter {
  readonly #runId: string;
  readonly #left: Workload;
  readonly #total: number;
  readonly #emit: (event: StepEvent) => void;
  readonly #seconds = { frozen: new Pace(), full: new Pace() };
  readonly #evaluationSeconds = new Pace();
  readonly #imagesPerSecond = new Pace();
  #step = 0;
  #saidAt = -Infinity;
  /** Steps that were not told yet. */
  #points: StepPoint[] = [];

  /** @param done what earlier attempts at the run did */
  constructor(runId: string, workload: Workload, emit: (event: StepEvent) => void, done: Workload = nothing) {
    this.#runId = runId;
    this.#left = {
      steps: {
        frozen: workload.steps.frozen - done.steps.frozen,
        full: workload.steps.full - done.steps.full,
      },
      evaluations: workload.evaluations - done.evaluations,
    };
    this.#total = workload.steps.frozen + workload.steps.full;
    this.#step = done.steps.frozen + done.steps.full;
    this.#emit = emit;
  }

  /** @param seconds what the step, or the steps, took, reading included */
  stepped(facts: StepFacts, seconds: number, now: number = performance.now()): void {
    const { steps = 1 } = facts;
    this.#step += steps;
    this.#left.steps[facts.phase] -= steps;
    this.#seconds[facts.phase].add(seconds);
    const imagesPerSecond = this.#imagesPerSecond.add(facts.images / seconds);
    const { loss, lr, losses, errors } = facts;
    const rssMb = process.memoryUsage.rss() / 2 ** 20;
    this.#points.push({
      step: this.#step,
      time: Date.now(),
      loss,
      lr,
      imagesPerSecond,
      rssMb,
      losses,
      errors,
    });
    if (now - this.#saidAt < INTERVAL_MS && this.#step !== this.#total) return;
    this.#saidAt = now;
    this.#emit({
      type: 'step',
      runId: this.#runId,
      epoch: facts.epoch,
      step: this.#step,
      totalSteps: this.#total,
      loss,
      lr,
      imagesPerSecond,
      rssMb,
      etaSeconds: this.#eta(),
      points: this.#points,
    });
    this.#points = [];
  }

  /** @param seconds what looking at `images` pictures took */
  evaluated(images: number, seconds: number): void {
    this.#left.evaluations = Math.max(0, this.#left.evaluations - images);
    if (images > 0) this.#evaluationSeconds.add(seconds / images);
  }

  #eta(): number {
    const [frozen, full] = [this.#seconds.frozen.mean, this.#seconds.full.mean];
    const frozenSeconds = frozen ?? (full ?? 0) / FULL_OVER_FROZEN;
    const fullSeconds = full ?? (frozen ?? 0) * FULL_OVER_FROZEN;
    const { steps, evaluations } = this.#left;
    // Until a validation was seen, a picture is taken to cost a third of a training step's share.
    const evaluation =
      this.#evaluationSeconds.mean ?? 1 / (FULL_OVER_FROZEN * (this.#imagesPerSecond.mean ?? Infinity));
    return steps.frozen * frozenSeconds + steps.full * fullSeconds + evaluations * evaluation;
  }
}

/**
 * A running mean. The first value counts only until there is a second: TensorFlow prepares a graph when it first runs, which may
 * take as long as many steps.
 */
class Pace {
  mean: number | null = null;
  #count = 0;

  add(value: number): number {
    this.#count++;
    const weight = this.#count <= 2 ? 1 : Math.max(SMOOTHING, 1 / (this.#count - 1));
    this.mean = this.mean === null ? value : this.mean + weight * (value - this.mean);
    return this.mean;
  }
}
