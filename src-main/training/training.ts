import { GranaryError } from '../../shared/errors.ts';
import type { EpochLog } from '../../shared/records/run-record.ts';
import { Random } from '../dataset/random.ts';
import type { EagerOpCounter } from './eager-count.ts';
import {
  type ExactMatchFigures,
  type SetFigures,
  type TargetTables,
  exactMatchFigures,
  setFigures,
  weighted,
} from './figures.ts';
import type { Phase } from './phases.ts';
import type { RunPictures } from './pictures.ts';
import { type Evaluator, predictPlain, predictSet } from './predict.ts';
import type { PreparedRun } from './prepare.ts';
import type { Program } from './program/index.ts';
import type { Checkpoint, EpochInProgress } from './checkpoint.ts';
import type { ResumePoint } from './resume-point.ts';
import type { FinishedRun, RunDesk, RunOutput, RunSurroundings, SetOutput } from './run-output.ts';
import { timeFullSteps } from './full-steps.ts';
import { StepReporter, type Workload } from './step-reporter.ts';
import { labelsOfTarget } from './targets.ts';
import { type EpochOutcome, trainEpoch } from './train-epoch.ts';
import { encodeWeights } from './weights-file.ts';

/** A run between its first step and its end. */
export class Training {
  readonly #run: PreparedRun;
  readonly #program: Program;
  readonly #pictures: RunPictures;
  readonly #eager: EagerOpCounter;
  readonly #around: RunSurroundings;
  /** Every stream of random numbers is forked from here by name, so none depends on what was drawn before. */
  readonly #random: Random;
  readonly #reporter: StepReporter;
  readonly #evaluator: Evaluator;
  readonly #epochs: EpochLog[];
  readonly #steps: { compiled: number; eager: number };
  /** The epoch to go on in, until it is trained. */
  #inProgress: EpochInProgress | null;
  /** When the run would have begun had it never been cut off, and when it was last kept; of `performance.now()`. */
  readonly #began: number;
  #keptAt = performance.now();

  constructor(
    run: PreparedRun,
    program: Program,
    pictures: RunPictures,
    eager: EagerOpCounter,
    around: RunSurroundings,
    from: ResumePoint | null,
    began: number,
  ) {
    this.#run = run;
    this.#program = program;
    this.#pictures = pictures;
    this.#eager = eager;
    this.#around = around;
    this.#random = new Random(run.config.seed).fork('training');
    this.#epochs = [...(from?.epochs ?? [])];
    this.#steps = { ...(from?.checkpoint.steps ?? { compiled: 0, eager: 0 }) };
    this.#inProgress = from?.checkpoint.inProgress ?? null;
    this.#began = began - 1000 * (from?.checkpoint.seconds ?? 0);
    this.#reporter = new StepReporter(
      run.header.id,
      workload(run),
      (event) => around.desk.tell(event),
      this.#done(),
    );
    this.#evaluator = {
      program,
      evalBatch: run.evalBatch,
      targets: run.targets.map((target) => target.classes.length),
      pixels: run.config.presize,
      size: run.config.size,
      breathe: () => breathe(around.signal),
      evaluated: (images, seconds) => this.#reporter.evaluated(images, seconds),
    };
  }

  /**
   * Finds out what a step with all layers takes where frozen epochs come first, for the time left; want of memory for it is met here, and
   * not after the frozen epochs. Before {@link begin} or {@link goOn}: it leaves other values behind.
   */
  async tryAllLayers(): Promise<void> {
    const { phases, config, plan } = this.#run;
    const goesOnFrozen = phaseOfEpoch(phases, this.#epochs.length) === 'frozen';
    if (!goesOnFrozen || !phases.some(({ phase }) => phase === 'full')) return;
    // Of so few pictures no micro-batch is ever whole.
    if (plan.windows[0]?.micro[0] !== plan.microBatch) return;
    const { desk, signal } = this.#around;
    const pace = await timeFullSteps(this.#program, config, () => breathe(signal));
    this.#reporter.tried(pace);
    desk.tell({ type: 'full-pace', secondsPerPicture: pace.seconds / pace.images });
  }

  /** Sets the network to what the run starts from. */
  begin(): void {
    this.#program.init(this.#run.config.seed);
    this.#program.load(this.#run.startingValues);
    // As much memory as the network itself, which nobody needs any more.
    this.#run.startingValues.clear();
  }

  /** Sets network and optimizer to where a checkpoint left them. */
  goOn({ weights, optimizer }: Pick<Checkpoint, 'weights' | 'optimizer'>): void {
    this.#program.load(weights);
    this.#program.loadState(optimizer);
  }

  async toTheEnd(): Promise<RunOutput> {
    let before = 0;
    for (const phase of this.#run.phases) {
      for (let epochOfPhase = 0; epochOfPhase < phase.epochs; epochOfPhase++) {
        if (before + epochOfPhase >= this.#epochs.length) await this.#epoch(phase, epochOfPhase);
      }
      before += phase.epochs;
    }
    const sets = await this.#predictions();
    const { id, targets, config } = this.#run.header;
    const metadata = { arch: config.arch, run: id, classes: JSON.stringify(targets) };
    const weights = encodeWeights(this.#run.recorded, this.#program.read(), metadata);
    return { result: this.#result(sets), targets, sets, weights };
  }

  async #epoch(phase: Phase, epochOfPhase: number): Promise<void> {
    const { config, plan } = this.#run;
    const epoch = this.#epochs.length + 1;
    let opsBefore = this.#eager.count;
    const outcome = await trainEpoch({
      program: this.#program,
      pictures: this.#pictures.labelled('train'),
      plan,
      phase,
      epochOfPhase,
      accumulate: config.accum > 1,
      weightDecay: config.weightDecay,
      augment: config.augment,
      pixels: config.presize,
      size: config.size,
      random: this.#random.fork(`epoch-${epoch}`),
      from: this.#inProgress,
      breathe: () => breathe(this.#around.signal),
      mayKeep: (state) => this.#mayKeep(state),
      stepped: (facts, seconds) => {
        this.#steps[this.#eager.count === opsBefore ? 'compiled' : 'eager']++;
        opsBefore = this.#eager.count;
        if (!Number.isFinite(facts.loss)) throw diverged(epoch, facts);
        this.#reporter.stepped({ ...facts, epoch, phase: phase.phase }, seconds);
      },
    });
    const began = performance.now();
    const plain = await predictPlain(this.#evaluator, this.#pictures.labelled('valid'));
    const validSeconds = (performance.now() - began) / 1000;
    const writeFrom = performance.now();
    const log = this.#log(epoch, phase, outcome, this.#figures('valid', plain, null), validSeconds);
    this.#epochs.push(log);
    this.#inProgress = null;
    this.#around.desk.epochDone(log, this.#checkpoint(null));
    this.#keptAt = performance.now();
    this.#reporter.wrote((this.#keptAt - writeFrom) / 1000);
  }

  /** Keeps the run's state in the middle of an epoch when the last time is long enough ago. */
  #mayKeep(state: () => EpochInProgress): void {
    const { checkpointMinutes } = this.#run.config;
    if (checkpointMinutes === 0 || performance.now() - this.#keptAt < checkpointMinutes * 60_000) return;
    this.#around.desk.keep(this.#checkpoint(state()));
    this.#keptAt = performance.now();
  }

  #checkpoint(inProgress: EpochInProgress | null): Checkpoint {
    const { header, recorded } = this.#run;
    return {
      runId: header.id,
      config: header.config,
      datasetHash: header.datasetHash,
      graphHash: recorded.hash,
      epoch: this.#epochs.length,
      lastEpoch: this.#epochs.at(-1) ?? null,
      inProgress,
      steps: { ...this.#steps },
      seconds: (performance.now() - this.#began) / 1000,
      weights: this.#program.read(),
      optimizer: this.#program.readState(),
    };
  }

  /** What earlier attempts did, for the ETA. */
  #done(): Workload {
    const { plan, sets, phases } = this.#run;
    const epochs = this.#epochs.length;
    const images = { frozen: 0, full: 0 };
    for (const { phase } of this.#epochs) images[phase] += sets.train.length;
    const next = phaseOfEpoch(phases, epochs);
    if (next !== null) images[next] += this.#inProgress?.images ?? 0;
    const steps = epochs * plan.windows.length + (this.#inProgress?.windows ?? 0);
    return { steps, images, evaluations: epochs * sets.valid.length, writings: epochs };
  }

  #log(
    epoch: number,
    phase: Phase,
    outcome: EpochOutcome,
    figures: SetFigures[],
    validSeconds: number,
  ): EpochLog {
    const weights = this.#run.config.targetWeights;
    return {
      version: 1,
      epoch,
      phase: phase.phase,
      trainLoss: weighted(outcome.targetLosses, weights),
      validLoss: weighted(
        figures.map(({ loss }) => loss),
        weights,
      ),
      errorRate: figures[0]!.errorRate,
      targets: figures.map(({ target, loss, errorRate }, t) => ({
        name: target,
        trainLoss: outcome.targetLosses[t]!,
        trainErrorRate: outcome.targetErrors[t]!,
        validLoss: loss,
        errorRate,
      })),
      lr: outcome.lr,
      step: this.#steps.compiled + this.#steps.eager,
      trainSeconds: outcome.seconds,
      validSeconds,
      imagesPerSecond: outcome.images / outcome.seconds,
      peakRssMb: peakRssMb(),
      peakCardMb: this.#around.card.peakMb(),
      time: new Date().toISOString(),
    };
  }

  /** Loss and error of each target. The hold-out may have no label of a target; then that target is not listed. */
  #figures(set: 'valid' | 'holdout', plain: Float32Array[], tta: Float32Array[] | null): SetFigures[] {
    return this.#tables(set, plain, tta).flatMap((table) => setFigures(table) ?? []);
  }

  /** Error of all targets together; null where no picture has a label in each. */
  #exactMatch(set: 'valid' | 'holdout', output: SetOutput | undefined): ExactMatchFigures | null {
    return output === undefined ? null : exactMatchFigures(this.#tables(set, output.plain, output.tta));
  }

  /** What was predicted of each target beside the truth. */
  #tables(set: 'valid' | 'holdout', plain: Float32Array[], tta: Float32Array[] | null): TargetTables[] {
    const { targets, labels } = this.#run;
    return targets.map(({ name, classes }, t) => ({
      name,
      classes: classes.length,
      plain: plain[t]!,
      tta: tta?.[t] ?? null,
      labels: labelsOfTarget(labels[set], targets.length, t),
    }));
  }

  /** Probabilities of every picture that was not trained on, plain and with test-time augmentation. */
  async #predictions(): Promise<RunOutput['sets']> {
    const { sets, labels, targets, config } = this.#run;
    const output: RunOutput['sets'] = {};
    const evaluator = { ...this.#evaluator, evaluated: predictionCounter(this.#run, this.#around.desk) };
    for (const set of ['valid', 'holdout', 'test'] as const) {
      if (sets[set].length === 0) continue;
      const probabilities = await predictSet(evaluator, this.#pictures.labelled(set), {
        augment: config.augment,
        views: config.ttaViews,
        beta: config.ttaBeta,
        random: this.#random.fork(`tta-${set}`),
      });
      output[set] = {
        ...probabilities,
        ids: sets[set].map((record) => record.id),
        labels: set === 'test' ? null : targets.map((_, t) => labelsOfTarget(labels[set], targets.length, t)),
      };
    }
    return output;
  }

  #result(sets: RunOutput['sets']): FinishedRun {
    const of = (set: 'valid' | 'holdout', output: SetOutput | undefined): SetFigures[] =>
      output === undefined ? [] : this.#figures(set, output.plain, output.tta);
    const best = this.#epochs.reduce((a, b) => (b.errorRate < a.errorRate ? b : a));
    return {
      version: 1,
      status: 'finished',
      valid: of('valid', sets.valid),
      holdout: of('holdout', sets.holdout),
      ...(this.#run.targets.length > 1 && {
        exactMatch: {
          valid: this.#exactMatch('valid', sets.valid),
          holdout: this.#exactMatch('holdout', sets.holdout),
        },
      }),
      best: { epoch: best.epoch, errorRate: best.errorRate },
      epochs: this.#epochs.length,
      compiledSteps: this.#steps.compiled,
      eagerSteps: this.#steps.eager,
      seconds: (performance.now() - this.#began) / 1000,
      peakRssMb: peakRssMb(),
      peakCardMb: this.#around.card.peakMb(),
      finished: new Date().toISOString(),
    };
  }
}

/** Pictures looked at in the final predictions, every view counted. */
function finalLooks({ sets, config }: PreparedRun): number {
  const views = 1 + (config.augment === null ? 0 : config.ttaViews);
  return views * (sets.valid.length + sets.holdout.length + sets.test.length);
}

/** Tells how far the final predictions are, at most ten times a second: there are no steps any more that would. */
function predictionCounter(run: PreparedRun, desk: RunDesk): Evaluator['evaluated'] {
  const total = finalLooks(run);
  let [done, seconds, saidAt] = [0, 0, -Infinity];
  return (images, took) => {
    done += images;
    seconds += took;
    const now = performance.now();
    if (now - saidAt < 100 && done < total) return;
    saidAt = now;
    const perSecond = seconds > 0 ? done / seconds : null;
    desk.tell({ type: 'progress', stage: 'predicting', done, total, unit: 'pictures', perSecond });
  };
}

/** The kind of an epoch that counts from 0 over all phases; null after the last. */
function phaseOfEpoch(phases: readonly Phase[], epoch: number): Phase['phase'] | null {
  return phases.flatMap(({ phase, epochs }) => new Array<Phase['phase']>(epochs).fill(phase))[epoch] ?? null;
}

/** How much there is to do, for the ETA. */
function workload(run: PreparedRun): Workload {
  const { phases, plan, sets } = run;
  const epochs = (kind: Phase['phase']): number =>
    phases.reduce((sum, { phase, epochs }) => sum + (phase === kind ? epochs : 0), 0);
  const [frozen, full] = [epochs('frozen'), epochs('full')];
  return {
    steps: (frozen + full) * plan.windows.length,
    images: { frozen: frozen * sets.train.length, full: full * sets.train.length },
    evaluations: (frozen + full) * sets.valid.length + finalLooks(run),
    writings: frozen + full + 1,
  };
}

/** Lets messages in (a cancel among them): a native call blocks the thread, so nothing else does. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  if (signal.aborted) {
    throw new GranaryError('CANCELLED', 'The run was cancelled.', 'Start it again when you want to.');
  }
}

function diverged(epoch: number, { loss, lr }: { loss: number; lr: number }): GranaryError {
  return new GranaryError(
    'TRAINING_DIVERGED',
    `The loss became ${loss} in epoch ${epoch}, at a learning rate of ${lr.toPrecision(2)}: training diverged.`,
    'Start the run again with a lower learning rate, for example a third (--lr).',
  );
}

/** The highest resident memory of this process so far. */
function peakRssMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
