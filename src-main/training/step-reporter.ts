import type { StepPoint, WorkerEvent } from '../../shared/ipc/job.ts';
import type { FullPace } from './full-steps.ts';

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
  steps: number;
  /** Pictures that are trained on, each as often as it is. */
  images: { frozen: number; full: number };
  /** Pictures that are only looked at: all validations and the final predictions with every view. */
  evaluations: number;
  /** Times that something is written: after each epoch, and at the end. */
  writings: number;
}

const nothing: Workload = { steps: 0, images: { frozen: 0, full: 0 }, evaluations: 0, writings: 0 };
const INTERVAL_MS = 100;
/** How much a new step's duration weighs in the running mean. */
const SMOOTHING = 0.1;
/** A frozen step has no backward pass through the body, so that a full one takes about three times as long where none was tried. */
const FULL_OVER_FROZEN = 3;

/** Turns steps into at most ten events a second, with a rate and an ETA over all that is left of the run. */
export class StepReporter {
  readonly #runId: string;
  readonly #left: Workload;
  readonly #total: number;
  readonly #emit: (event: StepEvent) => void;
  readonly #pace = { frozen: new Pace(), full: new Pace(), any: new Pace(), evaluation: new Pace() };
  readonly #writing = new Pace();
  #step = 0;
  #saidAt = -Infinity;
  /** Steps that were not told yet. */
  #points: StepPoint[] = [];

  /** @param done what earlier attempts at the run did */
  constructor(runId: string, workload: Workload, emit: (event: StepEvent) => void, done: Workload = nothing) {
    this.#runId = runId;
    this.#left = {
      steps: workload.steps - done.steps,
      images: {
        frozen: workload.images.frozen - done.images.frozen,
        full: workload.images.full - done.images.full,
      },
      evaluations: workload.evaluations - done.evaluations,
      writings: workload.writings - done.writings,
    };
    this.#total = workload.steps;
    this.#step = done.steps;
    this.#emit = emit;
  }

  /** @param seconds what the step, or the steps, took, reading included */
  stepped(facts: StepFacts, seconds: number, now: number = performance.now()): void {
    const { steps = 1, phase, images, loss, lr, losses, errors } = facts;
    this.#step += steps;
    this.#left.images[phase] -= images;
    const shape = `${phase} ${images / steps}`;
    this.#pace[phase].add(images, seconds, shape);
    this.#pace.any.add(images, seconds, shape);
    const imagesPerSecond = 1 / this.#pace.any.mean!;
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

  /**
   * What steps with all layers take is known before any counts.
   * @param firstSeconds what `images` pictures took the first time, @param seconds and later
   */
  tried({ images, firstSeconds, seconds }: FullPace): void {
    const shape = `full ${images}`;
    this.#pace.full.add(images, firstSeconds, shape);
    this.#pace.full.add(images, seconds, shape);
  }

  /** @param seconds what looking at `images` pictures took */
  evaluated(images: number, seconds: number): void {
    this.#left.evaluations = Math.max(0, this.#left.evaluations - images);
    if (images > 0) this.#pace.evaluation.add(images, seconds, String(images));
  }

  /** @param seconds what writing an epoch's log and the run's state took */
  wrote(seconds: number): void {
    this.#left.writings = Math.max(0, this.#left.writings - 1);
    this.#writing.add(1, seconds, '');
  }

  /** Null while nothing but first times is known, which may be as long as many steps. */
  #eta(): number | null {
    const { images, evaluations, writings } = this.#left;
    const { frozen, full, any, evaluation } = this.#pace;
    if (!any.prepared && images.frozen + images.full > 0) return null;
    const frozenSeconds = frozen.settled ?? (full.settled ?? full.mean ?? 0) / FULL_OVER_FROZEN;
    const fullSeconds = full.settled ?? (frozen.settled ?? frozen.mean ?? 0) * FULL_OVER_FROZEN;
    // Until a validation was seen, a picture is taken to cost a third of a training step's share.
    const look = evaluation.mean ?? (any.mean ?? 0) / FULL_OVER_FROZEN;
    return (
      images.frozen * frozenSeconds +
      images.full * fullSeconds +
      evaluations * look +
      writings * (this.#writing.mean ?? 0)
    );
  }
}

/**
 * A running mean of the seconds that one picture takes. The first time of each shape counts only until there are others: TensorFlow
 * and oneDNN prepare a graph for a number of pictures when they first see it, which may take as long as many steps.
 */
class Pace {
  readonly #known = new Set<string>();
  #prepared = false;
  #count = 0;
  #images = 0;
  #seconds = 0;

  /** Null until something was added. */
  get mean(): number | null {
    return this.#count === 0 ? null : this.#seconds / this.#images;
  }

  /** Whether more is known than first times. */
  get prepared(): boolean {
    return this.#prepared;
  }

  /** The mean without first times; null until there are others. */
  get settled(): number | null {
    return this.#prepared ? this.mean : null;
  }

  add(images: number, seconds: number, shape: string): void {
    const prepared = this.#known.has(shape);
    this.#known.add(shape);
    if (!prepared && this.#prepared) return;
    if (prepared && !this.#prepared) this.#count = 0;
    this.#prepared = prepared;
    this.#count++;
    const weight = Math.max(SMOOTHING, 1 / this.#count);
    this.#images += weight * (images - this.#images);
    this.#seconds += weight * (seconds - this.#seconds);
  }
}
