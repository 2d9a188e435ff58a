import { architecture } from '../../../shared/architectures/index.ts';
import { defaultPresize } from '../../../shared/image-size.ts';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import {
  type MemoryForecast,
  type MemoryQuestion,
  memoryForecastSchema,
} from '../../../shared/records/memory-forecast.ts';
import {
  type MemoryDevice,
  type MemoryMargin,
  type MemoryPlan,
  memoryMarginSchema,
  neededMb,
} from '../../../shared/records/memory-plan.ts';
import {
  type ProbeQuestion,
  type ProbeResult,
  probeResultSchema,
} from '../../../shared/records/memory-probe.ts';
import type { RunConfig } from '../../../shared/records/run-config.ts';
import { manifestOfDataset } from '../../runs/manifest-store.ts';
import { type RunningJob, startJob } from '../supervisor.ts';
import { accumulations } from './accumulations.ts';
import type { PlanningDevice } from './device.ts';
import { FitCache } from './fit-cache.ts';
import type { MemoryChoice, MemoryNeed } from './plan-request.ts';
import { marginMb, planMemory } from './plan.ts';

/** Settings of a run that decide its memory, and the dataset whose pictures a probe may use. */
export type FitConfig = Pick<
  RunConfig,
  'arch' | 'size' | 'presize' | 'batchSize' | 'accum' | 'autoAccum' | 'checkpointing'
> &
  Partial<Pick<RunConfig, 'dataset' | 'datasetOptions' | 'targets'>>;

export interface FitOptions {
  device: PlanningDevice;
  margin?: MemoryMargin;
  /** `near`: only where the prediction comes near to what is free. */
  probe: 'never' | 'near' | 'always';
  workspace: string;
  /** Classes of each target, where they are known better than from the workspace. */
  classes?: number[];
}

/** A plan with the speed that the probe saw, of the micro-batch that it tried. */
export interface Fit {
  plan: MemoryPlan;
  imagesPerSecond: number | null;
}

/** A plan from what was known already. */
export interface KnownFit extends Fit {
  /** Needed by the whole batch at once (accumulation 1), with checkpointing as the config has it; MiB. */
  wholeMb: number;
}

/** A prediction below this share of the budget needs no probe: it is never so wrong. */
const NEAR = 0.6;
/** A probe of more pictures takes too long on a processor, and says hardly more. */
const LARGEST_PROBE_ON_PROCESSOR = 16;

/** Finds out how runs fit: orders recordings and probes in workers, keeps what they say, and asks the planner. */
export class MemoryFit {
  readonly #cache: FitCache;
  readonly #start: typeof startJob;
  readonly #jobs = new Set<RunningJob<'memory-forecast' | 'memory-probe'>>();

  constructor(options: { cache?: FitCache; startJob?: typeof startJob } = {}) {
    this.#cache = options.cache ?? new FitCache();
    this.#start = options.startJob ?? startJob;
  }

  /** Ends the workers that are at work for it. */
  stop(): void {
    for (const job of this.#jobs) job.kill();
  }

  /**
   * How each of several runs fits, in their order. One worker records all networks that are not known yet.
   * @throws GranaryError the worker's
   */
  async fitOf(configs: readonly FitConfig[], options: FitOptions): Promise<Fit[]> {
    const questions = configs.map((config) => questionOf(config, options));
    const forecasts = await this.forecasts(questions);
    const fits: Fit[] = [];
    for (const [i, config] of configs.entries()) fits.push(await this.#fit(config, forecasts[i]!, options));
    return fits;
  }

  /** Predictions, those that were asked for before from the cache. */
  async forecasts(
    questions: readonly MemoryQuestion[],
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<MemoryForecast[]> {
    const known = questions.map((question) => this.#cache.get('forecast', question, memoryForecastSchema));
    const missing = unique(questions.filter((_, i) => known[i] === null));
    if (missing.length > 0) {
      let done = 0;
      const { forecasts } = await this.#run({ type: 'memory-forecast', questions: missing }, (event) => {
        if (event.type !== 'memory-forecast') return;
        // Kept at once: the work is not lost when it is stopped.
        this.learn(event.forecast);
        onProgress(++done, missing.length);
      });
      for (const forecast of forecasts)
        questions.forEach((question, i) => {
          if (sameAs(question, forecast.question)) known[i] = forecast;
        });
    }
    return known.map((forecast) => forecast!);
  }

  /** Keeps a prediction that somebody else had made. */
  learn(forecast: MemoryForecast): void {
    this.#cache.set('forecast', forecast.question, forecast);
  }

  /** How a run fits by what is known already: nothing is started and nothing waited for. Null: its prediction is still to be made. */
  known(config: FitConfig, options: Omit<FitOptions, 'probe'>): KnownFit | null {
    const forecast = this.#cache.get('forecast', questionOf(config, options), memoryForecastSchema);
    if (forecast === null) return null;
    const predicted = this.#plan(config, forecast, options, null);
    const probe = this.#cache.get('probe', probeKey(config, predicted, options), probeResultSchema);
    const whole = needOf(forecast, { accum: 1, checkpointing: config.checkpointing }, options.device, probe);
    return {
      plan: probe === null ? predicted : this.#plan(config, forecast, options, probe),
      imagesPerSecond: probe?.imagesPerSecond ?? null,
      wholeMb: neededMb(whole!),
    };
  }

  async #fit(config: FitConfig, forecast: MemoryForecast, options: FitOptions): Promise<Fit> {
    const { device, probe: when } = options;
    const predicted = this.#plan(config, forecast, options, null);
    const budget = device.freeMb - marginMb(device, options.margin ?? memoryMarginSchema.parse({}));
    const near = neededMb(predicted) > NEAR * budget;
    if (when === 'never' || (when === 'near' && !near)) return { plan: predicted, imagesPerSecond: null };
    const probe = await this.#probe(config, predicted, options);
    if (probe === null) return { plan: predicted, imagesPerSecond: null };
    return { plan: this.#plan(config, forecast, options, probe), imagesPerSecond: probe.imagesPerSecond };
  }

  #plan(
    config: FitConfig,
    forecast: MemoryForecast,
    { device: { driver: _driver, ...device }, margin }: Pick<FitOptions, 'device' | 'margin'>,
    probe: ProbeResult | null,
  ): MemoryPlan {
    const need = (choice: MemoryChoice): MemoryNeed | null => needOf(forecast, choice, device, probe);
    const { batchSize, accum, autoAccum: automatic, checkpointing } = config;
    return planMemory({
      ...{ batchSize, accum, automatic, checkpointing, device, need },
      margin: margin ?? memoryMarginSchema.parse({}),
    });
  }

  /** A few steps of what is planned, from the cache where it was tried before; null when they could not be taken. */
  async #probe(config: FitConfig, plan: MemoryPlan, options: FitOptions): Promise<ProbeResult | null> {
    const question = probeQuestion(config, plan, options);
    const key = probeKey(config, plan, options);
    const known = this.#cache.get('probe', key, probeResultSchema);
    if (known !== null) return known;
    const { dataset: path, datasetOptions } = config;
    const read = path === undefined ? null : manifestOfDataset(options.workspace, path);
    const dataset =
      path === undefined || read === null
        ? null
        : { workspace: options.workspace, path, options: datasetOptions ?? {} };
    try {
      const result = await this.#run({ type: 'memory-probe', question, dataset });
      this.#cache.set('probe', key, result);
      return result;
    } catch {
      // Too little memory for it, most likely. The prediction alone decides then.
      return null;
    }
  }

  async #run<J extends Parameters<typeof startJob>[0]>(
    job: J,
    onEvent: (event: WorkerEvent) => void = () => undefined,
  ): ReturnType<typeof startJob<J>>['result'] {
    const running = this.#start(job, onEvent);
    this.#jobs.add(running as never);
    try {
      return await running.result;
    } finally {
      this.#jobs.delete(running as never);
    }
  }
}

/** What one way to train takes of a device; null where it was not predicted. */
function needOf(
  { needs }: MemoryForecast,
  { accum, checkpointing }: MemoryChoice,
  { kind }: Pick<MemoryDevice, 'kind'>,
  probe: ProbeResult | null,
): MemoryNeed | null {
  const found = needs.find((one) => one.accum === accum && one.checkpointing === checkpointing);
  if (found === undefined) return null;
  const predictedMb = kind === 'card' ? found.cardMb : found.mainMb;
  // What the steps took beyond their prediction does not depend much on how many pictures they had.
  const beyond = probe === null || kind === 'card' ? null : probe.peakMb - probe.predictedMb;
  return { predictedMb, probedMb: beyond === null ? null : predictedMb + beyond };
}

function probeQuestion(
  config: FitConfig,
  plan: MemoryPlan,
  options: Pick<FitOptions, 'device' | 'workspace' | 'classes'>,
): ProbeQuestion {
  const { arch, size, presize, classes } = questionOf(config, options);
  const largest = options.device.kind === 'card' ? plan.microBatch : LARGEST_PROBE_ON_PROCESSOR;
  return {
    ...{ arch, size, presize, classes, checkpointing: plan.checkpointing },
    microBatch: Math.min(plan.microBatch, largest),
    accumulates: plan.accum > 1,
  };
}

/** What a probe's answer holds for: the way to train, and the device with its driver. */
function probeKey(
  config: FitConfig,
  plan: MemoryPlan,
  options: Pick<FitOptions, 'device' | 'workspace' | 'classes'>,
): object {
  const { name, totalMb, driver } = options.device;
  return {
    ...probeQuestion(config, plan, options),
    device: name,
    totalMb: Math.round(totalMb / 64),
    driver,
    precision: 'float32',
  };
}

/** What is to be predicted for a run. */
export function questionOf(
  config: FitConfig,
  {
    workspace,
    classes,
    device,
  }: Pick<FitOptions, 'workspace' | 'classes'> & { device: Pick<PlanningDevice, 'kind'> },
): MemoryQuestion {
  const { arch, size, presize, batchSize, accum, autoAccum } = config;
  // One that was asked for need not be among those that the planner would offer.
  const accums = [...new Set([...accumulations(batchSize), ...(autoAccum ? [] : [accum])])];
  return {
    ...{ arch: architecture(arch).id, size, presize: presize ?? defaultPresize(size) },
    ...{ classes: classes ?? classesOf(config, workspace), batchSize, accums },
    card: device.kind === 'card',
  };
}

/** Classes of the targets that are trained. They decide the last layer alone, so where nothing is known ten will do. */
export function classesOf({ dataset, targets }: FitConfig, workspace: string): number[] {
  const manifest = dataset === undefined ? null : manifestOfDataset(workspace, dataset);
  if (manifest === null || manifest.targets.length === 0) return [10];
  const named = manifest.targets.filter(({ name }) => targets?.includes(name));
  return (named.length === 0 ? manifest.targets.slice(0, 1) : named).map(({ classes }) =>
    Math.max(1, classes.length),
  );
}

function sameAs(a: MemoryQuestion, b: MemoryQuestion): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function unique(questions: readonly MemoryQuestion[]): MemoryQuestion[] {
  return questions.filter((question, i) => questions.findIndex((other) => sameAs(question, other)) === i);
}
