import { randomUUID } from 'node:crypto';
import { GranaryError } from '../../../shared/errors.ts';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import type { MachineReading } from '../../../shared/machine.ts';
import {
  type MemoryForecast,
  type MemoryQuestion,
  memoryForecastSchema,
} from '../../../shared/records/memory-forecast.ts';
import { type MemoryPlan, memoryMarginSchema, neededMb } from '../../../shared/records/memory-plan.ts';
import { type ProbeResult, probeResultSchema } from '../../../shared/records/memory-probe.ts';
import { manifestOfDataset } from '../../runs/manifest-store.ts';
import { abortable } from '../abortable.ts';
import { cardEnvironment } from '../slots.ts';
import { type JobOptions, type RunningJob, startJob } from '../supervisor.ts';
import { FitCache } from './fit-cache.ts';
import type { FitConfig, FitOptions } from './fit-options.ts';
import { needOf, probeKey, probeQuestion, questionOf } from './fit-questions.ts';
import { MemoryBack } from './memory-back.ts';
import type { MemoryChoice, MemoryNeed } from './plan-request.ts';
import { marginMb, planMemory } from './plan.ts';
import { processesWith } from './process-memory.ts';
import { machineMonitor } from './this-machine.ts';

/** A plan with the speed that the probe saw, of the micro-batch that it tried. */
export interface Fit {
  plan: MemoryPlan;
  imagesPerSecond: number | null;
  /** A probe's memory did not come back: how much is held and by whom, in words. The plan's reason says so too. */
  held: string | null;
}

/** A plan from what was known already. */
export interface KnownFit extends Fit {
  /** Needed by the whole batch at once (accumulation 1), with checkpointing as the config has it; MiB. */
  wholeMb: number;
}

/** A prediction below this share of the budget needs no probe: it is never so wrong. */
const NEAR = 0.6;
/** Set for a probe's worker, so that whatever it starts is found again. */
const PROBE_VARIABLE = 'GRANARY_PROBE';

export interface MemoryFitOptions {
  cache?: FitCache;
  /** For tests. */
  startJob?: typeof startJob;
  /** Looks at the machine before and after a probe. */
  read?: () => Promise<MachineReading>;
}

/** Finds out how runs fit: orders recordings and probes in workers, keeps what they say, and asks the planner. */
export class MemoryFit {
  readonly #cache: FitCache;
  readonly #start: typeof startJob;
  readonly #read: () => Promise<MachineReading>;
  readonly #jobs = new Set<RunningJob<'memory-forecast' | 'memory-probe'>>();

  constructor(options: MemoryFitOptions = {}) {
    this.#cache = options.cache ?? new FitCache();
    this.#start = options.startJob ?? startJob;
    this.#read = options.read ?? (() => machineMonitor().read());
  }

  /** Ends the workers that are at work for it. */
  stop(): void {
    for (const job of this.#jobs) job.kill();
  }

  /**
   * How each of several runs fits, in their order. One worker records all networks that are not known yet.
   * @throws GranaryError the worker's; CANCELLED when `options.signal` ended it
   */
  async fitOf(configs: readonly FitConfig[], options: FitOptions): Promise<Fit[]> {
    const questions = configs.map((config) => questionOf(config, options));
    const forecasts = await this.forecasts(questions, undefined, options.signal);
    const fits: Fit[] = [];
    for (const [i, config] of configs.entries()) fits.push(await this.#fit(config, forecasts[i]!, options));
    return fits;
  }

  /** Predictions, those that were asked for before from the cache. */
  async forecasts(
    questions: readonly MemoryQuestion[],
    onProgress: (done: number, total: number) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<MemoryForecast[]> {
    const known = questions.map((question) => this.#cache.get('forecast', question, memoryForecastSchema));
    const missing = unique(questions.filter((_, i) => known[i] === null));
    if (missing.length > 0) {
      let done = 0;
      const hear = (event: WorkerEvent): void => {
        if (event.type !== 'memory-forecast') return;
        // Kept at once: the work is not lost when it is stopped.
        this.learn(event.forecast);
        onProgress(++done, missing.length);
      };
      const { forecasts } = await this.#run({ type: 'memory-forecast', questions: missing }, signal, hear);
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
      held: null,
      wholeMb: neededMb(whole!),
    };
  }

  async #fit(config: FitConfig, forecast: MemoryForecast, options: FitOptions): Promise<Fit> {
    const { device, probe: when } = options;
    const predicted = this.#plan(config, forecast, options, null);
    const budget = device.freeMb - marginMb(device, options.margin ?? memoryMarginSchema.parse({}));
    const near = neededMb(predicted) > NEAR * budget;
    if (when === 'never' || (when === 'near' && !near))
      return { plan: predicted, imagesPerSecond: null, held: null };
    const { result, held } = await this.#probe(config, predicted, options);
    const plan = result === null ? predicted : this.#plan(config, forecast, options, result);
    const reason = held === null ? plan.reason : `${plan.reason} ${held}`;
    return { plan: { ...plan, reason }, imagesPerSecond: result?.imagesPerSecond ?? null, held };
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

  /**
   * A few steps of what is planned, from the cache where it was tried before; `result` null when they could not be taken. `held`: what
   * of the device's memory did not come back after them.
   */
  async #probe(
    config: FitConfig,
    plan: MemoryPlan,
    options: FitOptions,
  ): Promise<{ result: ProbeResult | null; held: string | null }> {
    const question = probeQuestion(config, plan, options);
    const key = probeKey(config, plan, options);
    const known = this.#cache.get('probe', key, probeResultSchema);
    if (known !== null) return { result: known, held: null };
    const { dataset: path, datasetOptions } = config;
    const read = path === undefined ? null : manifestOfDataset(options.workspace, path);
    const dataset =
      path === undefined || read === null
        ? null
        : { workspace: options.workspace, path, options: datasetOptions ?? {} };
    const id = randomUUID();
    const left = (): ReturnType<typeof processesWith> => processesWith(PROBE_VARIABLE, id);
    const { device, card = null, signal } = options;
    const back = await MemoryBack.watch({ read: this.#read, device, card, left, signal });
    const environment = { [PROBE_VARIABLE]: id, ...(card === null ? {} : cardEnvironment(card)) };
    let result: ProbeResult | null = null;
    try {
      result = await this.#run({ type: 'memory-probe', question, dataset }, signal, undefined, {
        environment,
      });
      this.#cache.set('probe', key, result);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      // Too little memory for it, most likely. The prediction alone decides then.
    }
    return { result, held: await back.problem(result?.peakMb) };
  }

  async #run<J extends Parameters<typeof startJob>[0]>(
    job: J,
    signal: AbortSignal | undefined,
    onEvent: (event: WorkerEvent) => void = () => undefined,
    options?: JobOptions,
  ): ReturnType<typeof startJob<J>>['result'] {
    if (signal?.aborted === true)
      throw new GranaryError('CANCELLED', 'It was stopped before its worker was started.');
    const running = this.#start(job, onEvent, options);
    this.#jobs.add(running as never);
    try {
      return await abortable(running, signal, 'kill');
    } finally {
      this.#jobs.delete(running as never);
    }
  }
}

function sameAs(a: MemoryQuestion, b: MemoryQuestion): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function unique(questions: readonly MemoryQuestion[]): MemoryQuestion[] {
  return questions.filter((question, i) => questions.findIndex((other) => sameAs(question, other)) === i);
}
