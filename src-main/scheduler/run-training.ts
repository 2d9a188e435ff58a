import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorPayload, toErrorPayload } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import type { WhenShort } from '../../shared/records/workspace-settings.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { checkpointMark } from '../runs/checkpoint-file.ts';
import { runFolder } from '../runs/run-writer.ts';
import { type AnyMeasured, measuredSoFar } from './measured-run.ts';
import type { LaunchDecision, LaunchGate } from './launch-gate.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import { RunAttempt } from './run-attempt.ts';
import { accumOf, checkpointingOf, jobOf, launchOf, microBatchOf } from './run-kind.ts';
import { hasFinished, sweep } from './run-outcome.ts';
import { type Slot, environmentOf } from './slots.ts';
import { type JobOptions, type RunningJob, startJob } from './supervisor.ts';

/** How runs are started. */
export interface LaunchOptions {
  job?: JobOptions;
  /** Reads the memory that is free right before each launch; without it runs start at once. */
  gate?: LaunchGate | undefined;
  /** What becomes of a run when the memory that it needs is not free. Default: what the workspace's settings say. */
  whenShort?: WhenShort;
  /** How often a run that waits for memory is looked at again. */
  waitMs?: number;
}

/** How a run is stopped, and what it becomes. */
export interface Stop {
  how: 'after-step' | 'now';
  as: 'interrupted' | 'cancelled';
}

/** What a run in training needs of its queue. */
export interface TrainingHost {
  workspace: string;
  queueId: string;
  options: LaunchOptions;
  /** Its item has changed. */
  save(): void;
  heard(event: WorkerEvent): void;
  /** Its process ended and another takes its place; why, in words. */
  recovered(reason: string): void;
  /** Asked before each process: false when another program has taken the workspace over. */
  mayStart(): boolean;
}

/** How a run's time in its slot ended: with an error or without; `back`: it never began, and waits again. */
export type TrainingEnd = { error: ErrorPayload | null } | 'back';

type Admitted = Exclude<LaunchDecision, { type: 'wait' }>;
type Launched = Extract<LaunchDecision, { type: 'start' }>;
const WAIT_MS = 5000;

/**
 * One run in its slot, from waiting for memory to its end, in as many processes as it takes: where memory did not suffice or
 * the worker was killed, the next process goes on from the last checkpoint (`recovery.ts`).
 */
export class RunTraining {
  readonly item: QueueItem;
  readonly slot: Slot;
  /** What was seen of it, for estimates; null until it has begun. */
  measured: AnyMeasured | null = null;
  /** The worker's own prediction, seconds from `heardAt`. */
  eta: { seconds: number; heardAt: number } | null = null;
  readonly #host: TrainingHost;
  readonly #folder: string;
  #job: RunningJob<'train' | 'collab-train'> | null = null;
  #stop: Stop | null = null;
  #stopAfterEpoch = false;
  /** Aborted when it is stopped or gives its slot back: then nothing more is launched, and the wait for memory ends. */
  readonly #gone = new AbortController();

  constructor(item: QueueItem, slot: Slot, host: TrainingHost) {
    this.item = item;
    this.slot = slot;
    this.#host = host;
    this.#folder = runFolder(host.workspace, item.runId);
  }

  /** Whether no process works at it: it waits for memory. */
  get waits(): boolean {
    return this.#job === null;
  }

  /** The process that works at it; null where none does. */
  get pid(): number | null {
    return this.#job?.pid ?? null;
  }

  /** What a run that was stopped becomes. */
  get stoppedAs(): Stop['as'] {
    return this.#stop?.as ?? 'cancelled';
  }

  stop(stop: Stop): void {
    // What a person has cancelled stays so when all is stopped after it.
    this.#stop = this.#stop?.as === 'cancelled' ? { ...stop, as: 'cancelled' } : stop;
    this.#gone.abort();
    if (stop.how === 'now') this.#job?.kill();
    else this.#job?.stop();
  }

  /** Stops it at the end of the epoch that it is in; at once where it has not begun. */
  stopAfterEpoch(): void {
    if (this.waits) this.stop({ how: 'after-step', as: 'cancelled' });
    else this.#stopAfterEpoch = true;
  }

  /** Gives the slot back when it only waits for memory; a probe for it is ended. */
  release(): void {
    if (this.waits) this.#gone.abort();
  }

  async train(): Promise<TrainingEnd> {
    const { item } = this;
    let reason = existsSync(this.#folder) ? 'resumed' : 'first';
    let fruitless = 0;
    for (;;) {
      if (hasFinished(this.#folder)) return { error: null };
      const { gate } = this.#host.options;
      // Without a gate nothing is waited for, so that a start is seen at once.
      const decision: Admitted | null =
        gate === undefined ? { type: 'start', accum: accumOf(item), plan: null } : await this.#admitted(gate);
      if (this.#stop !== null)
        return { error: { code: 'CANCELLED', message: 'It was stopped before it began.' } };
      if (decision === null || this.#gone.signal.aborted || !this.#host.mayStart()) return 'back';
      if (decision.type === 'refuse') return { error: decision.error };
      const { accum, plan } = decision;
      this.#settleAccum(accum);
      item.state = 'running';
      delete item.waiting;
      this.#host.save();
      const mark = checkpointMark(this.#folder);
      const checkpointing = plan?.checkpointing ?? checkpointingOf(item);
      const facts = { reason, accum, microBatch: microBatchOf(item, accum), checkpointing, memory: plan };
      const attempt = new RunAttempt(this.#folder, facts);
      const failure = await this.#launch(decision, attempt);
      const error = hasFinished(this.#folder) ? null : failure;
      attempt.ended(error);
      if (error === null || this.#stop !== null) return { error };
      fruitless = checkpointMark(this.#folder) === mark ? fruitless + 1 : 1;
      const recovery = recoveryOf(error, { item, accum, checkpointing, fruitless });
      if (!recovery.again) return { error: recovery.error };
      this.#settleAccum(recovery.accum);
      if (recovery.checkpointing && !checkpointing && item.kind !== 'ratings') item.checkpointing = true;
      reason = `${recovery.reason}: ${error.message}`.slice(0, 500);
      this.#host.recovered(recoveredText(item, recovery, { accum, checkpointing }));
      if (existsSync(this.#folder)) sweep(this.#folder);
    }
  }

  #settleAccum(accum: number): void {
    const { item } = this;
    if (item.kind !== 'ratings' && accum !== item.config.accum) item.accum = accum;
  }

  /** Waits until memory is there; null when it was stopped or released meanwhile, whatever the gate says then. */
  async #admitted(gate: LaunchGate): Promise<Admitted | null> {
    const { item, slot } = this;
    const { signal } = this.#gone;
    const { whenShort = null, waitMs = WAIT_MS } = this.#host.options;
    while (!signal.aborted) {
      const decision = await gate(launchOf(item, slot.card, whenShort), signal);
      if (signal.aborted) break;
      if (decision.type !== 'wait') return decision;
      if (item.waiting !== decision.reason || item.state !== 'pending') {
        Object.assign(item, { state: 'pending', waiting: decision.reason });
        this.#host.save();
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  /** One process. Returns what it failed with. */
  async #launch(decision: Launched, attempt: RunAttempt): Promise<ErrorPayload | null> {
    const { workspace, queueId, options } = this.#host;
    const begun = Date.now();
    const resume = existsSync(this.#folder);
    try {
      this.#job = startJob(
        jobOf(this.item, decision, { workspace, queue: queueId, resume }),
        (event) => {
          attempt.hear(event);
          this.#hear(event);
        },
        {
          ...options.job,
          logPath: join(this.#folder, layout.run.log),
          environment: { ...options.job?.environment, ...environmentOf(this.item, this.slot) },
        },
      );
      const { result } = await this.#job.result;
      // Of a run in several pieces it is not known what a whole one takes.
      if (this.measured !== null && !resume)
        this.measured = { ...this.measured, seconds: (Date.now() - begun) / 1000 };
      return result.status === 'finished' ? null : result.error;
    } catch (error) {
      return toErrorPayload(error);
    } finally {
      this.#job = null;
    }
  }

  #hear(event: WorkerEvent): void {
    this.measured = measuredSoFar(this.measured, event);
    if (event.type === 'step' && event.etaSeconds !== null)
      this.eta = { seconds: event.etaSeconds, heardAt: Date.now() };
    const ended = event.type === 'epoch' || event.type === 'ratings-epoch';
    if (ended && this.#stopAfterEpoch && this.#stop === null)
      this.stop({ how: 'after-step', as: 'cancelled' });
    this.#host.heard(event);
  }
}

/** `memory did not suffice at accumulation 1. It goes on from its last checkpoint with micro-batches of 16 × 4 …`. */
function recoveredText(
  { config }: QueueItem,
  { accum, checkpointing, reason }: Extract<Recovery, { again: true }>,
  before: { accum: number; checkpointing: boolean },
): string {
  const how =
    accum !== before.accum
      ? `with micro-batches of ${config.batchSize / accum} × ${accum}; the effective batch stays ${config.batchSize}`
      : checkpointing !== before.checkpointing
        ? 'with checkpointing: less memory for more time, the same numbers'
        : 'as it was';
  return `${reason}. It goes on from its last checkpoint in a new process, ${how}.`;
}
