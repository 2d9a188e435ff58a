import { ask } from '../api/granary.ts';
import type { StepPoint, WorkerEvent } from '../../shared/ipc/job.ts';
import type { LiveRun } from '../../shared/ipc/views.ts';
import type { RatingsEpoch } from '../../shared/records/ratings-run.ts';
import type { EpochLog } from '../../shared/records/run-record.ts';

/** Every step in columns; each grows in place. NaN where a step has no figure. */
export class StepColumns {
  readonly step: number[] = [];
  /** Milliseconds since 1970. */
  readonly time: number[] = [];
  readonly loss: number[] = [];
  readonly lr: number[] = [];
  readonly imagesPerSecond: number[] = [];
  readonly rssMb: number[] = [];
  /** Of each target. */
  readonly losses: number[][] = [];
  readonly errors: number[][] = [];

  push(point: StepPoint): void {
    this.step.push(point.step);
    this.time.push(point.time);
    this.loss.push(point.loss);
    this.lr.push(point.lr);
    this.imagesPerSecond.push(point.imagesPerSecond);
    this.rssMb.push(point.rssMb);
    point.losses.forEach((value, t) => (this.losses[t] ??= []).push(value ?? NaN));
    point.errors.forEach((value, t) => (this.errors[t] ??= []).push(value ?? NaN));
  }
}

/** A recommender's epoch as charts of any run read it; without targets, and with the learning rate of its steps alone. */
function charted(log: RatingsEpoch): EpochLog {
  return {
    ...{ version: 1, epoch: log.epoch, phase: 'full', targets: [], errorRate: NaN, lr: NaN },
    ...{ trainLoss: log.trainLoss, validLoss: log.validLoss, step: log.step, time: log.time },
    ...{ trainSeconds: log.trainSeconds, validSeconds: log.validSeconds, peakRssMb: log.peakRssMb },
    imagesPerSecond: log.ratingsPerSecond,
  };
}

/** The run that trains now, as it goes: every step's figures, every epoch's, and what it does in between. */
export class LiveRunState {
  readonly runId: string;
  /** Grows in place: charts read it when `latest` or `epochs` change. */
  steps = new StepColumns();
  latest = $state.raw<LiveRun['latest']>(null);
  epochs = $state.raw<EpochLog[]>([]);
  /** A recommender's epochs; `epochs` and `targets` are empty then. */
  ratingsEpochs = $state.raw<RatingsEpoch[]>([]);
  stage = $state.raw<LiveRun['stage']>(null);
  warnings = $state.raw<string[]>([]);
  /** Names of the targets, in the order of the steps' figures. */
  targets = $state.raw<string[]>([]);
  stepsPerEpoch = $state<number | null>(null);
  /** How its latest process was made to fit the memory. */
  memory = $state.raw<LiveRun['memory']>(null);
  /** Events that came before {@link load} had its answer. */
  #early: StepPoint[] | null = null;

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Epochs of a run of either kind, for charts of what both have. */
  get charted(): EpochLog[] {
    return this.epochs.length > 0 ? this.epochs : this.ratingsEpochs.map(charted);
  }

  /** Catches up with what main remembers; events that come meanwhile are newer and are kept. */
  async load(): Promise<void> {
    this.#early = [];
    try {
      const live = await ask('runs:live', { runId: this.runId });
      if (live === null) return await this.#readFolder();
      const newest = live.steps[live.steps.length - 1]?.step ?? 0;
      const columns = new StepColumns();
      for (const point of live.steps) columns.push(point);
      for (const point of this.#early) if (point.step > newest) columns.push(point);
      this.steps = columns;
      this.latest ??= live.latest;
      this.stage ??= live.stage;
      this.epochs = [...live.epochs, ...this.epochs.filter((log) => log.epoch > live.epochs.length)];
      this.ratingsEpochs = [
        ...live.ratingsEpochs,
        ...this.ratingsEpochs.filter((log) => log.epoch > live.ratingsEpochs.length),
      ];
      this.warnings = live.warnings;
      this.targets = live.targets;
      this.stepsPerEpoch ??= live.stepsPerEpoch;
      this.memory ??= live.memory;
    } finally {
      this.#early = null;
    }
  }

  /** Another process trains it: its epochs come from the run's folder, and its steps from nowhere. */
  async follow(changed: readonly string[]): Promise<void> {
    if (this.steps.step.length === 0 && changed.includes(this.runId)) await this.#readFolder();
  }

  async #readFolder(): Promise<void> {
    // Before the first line of it is written there is no folder to read.
    const run = await ask('runs:read', { runId: this.runId }).catch(() => null);
    if (run === null) return await this.#readRatings();
    this.epochs = run.epochs;
    this.warnings = run.header?.warnings ?? [];
    this.targets = run.header?.targets.map(({ name }) => name) ?? [];
    this.stepsPerEpoch = run.header?.stepsPerEpoch ?? null;
    this.memory = run.header?.memory ?? null;
  }

  async #readRatings(): Promise<void> {
    const run = await ask('runs:read-recommender', { runId: this.runId }).catch(() => null);
    if (run === null) return;
    this.ratingsEpochs = run.epochs;
    this.warnings = run.header?.warnings ?? [];
    this.stepsPerEpoch = run.header?.stepsPerEpoch ?? null;
  }

  take(event: WorkerEvent): void {
    switch (event.type) {
      case 'run-started':
        this.stepsPerEpoch = event.header.stepsPerEpoch;
        this.memory = event.header.memory ?? null;
        this.warnings = event.header.warnings;
        this.targets = event.header.targets.map(({ name }) => name);
        return;
      case 'ratings-started':
        this.stepsPerEpoch = event.header.stepsPerEpoch;
        this.warnings = event.header.warnings;
        return;
      case 'ratings-epoch':
        this.ratingsEpochs = [
          ...this.ratingsEpochs.filter((log) => log.epoch !== event.log.epoch),
          event.log,
        ];
        return;
      case 'warning':
        if (!this.warnings.includes(event.message)) this.warnings = [...this.warnings, event.message];
        return;
      case 'progress': {
        const { stage, done, total, unit, perSecond } = event;
        this.stage = { stage, done, total, unit, perSecond };
        return;
      }
      case 'step': {
        const { epoch, step, totalSteps, loss, lr, imagesPerSecond, rssMb, etaSeconds } = event;
        for (const point of event.points ?? []) {
          this.steps.push(point);
          this.#early?.push(point);
        }
        this.stage = null;
        this.latest = { epoch, step, totalSteps, loss, lr, imagesPerSecond, rssMb, etaSeconds };
        return;
      }
      case 'epoch':
        this.epochs = [...this.epochs.filter((log) => log.epoch !== event.log.epoch), event.log];
        return;
      default:
    }
  }
}
