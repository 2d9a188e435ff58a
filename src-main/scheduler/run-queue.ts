import { join } from 'node:path';
import { GranaryError, type ErrorPayload, toErrorPayload } from '../../shared/errors.ts';
import type { JobResult, WorkerEvent } from '../../shared/ipc/job.ts';
import type { Queue, QueueItem } from '../../shared/records/queue.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { newRunId } from '../runs/run-id.ts';
import { runFolder } from '../runs/run-writer.ts';
import { type TimedRun, estimateSeconds } from './eta.ts';
import type { PlannedRun } from './grid.ts';
import { newQueue, readQueue, writeQueue } from './queue-file.ts';
import { recordFailure, recoverInterrupted } from './run-outcome.ts';
import { type JobOptions, type RunningJob, startJob } from './supervisor.ts';

/** What the queue tells its owner. */
export interface QueueListener {
  changed(): void;
  heard(runId: string, event: WorkerEvent): void;
  ended(runId: string): void;
  idle(): void;
  /** Asked before each start: false when another process has taken the workspace over. */
  mayStart(): boolean;
}

interface CurrentRun {
  item: QueueItem;
  job: RunningJob<'train'>;
  /** Milliseconds since the epoch. */
  started: number;
  /** The worker's own prediction, seconds from now. */
  etaSeconds: number | null;
  done: Promise<void>;
}

/**
 * The runs of a workspace that wait, train or have ended, one at a time, written to `queue.json` at each change. Only the
 * process that holds the workspace's lock may make one. A run that fails does not stop the next.
 */
export class RunQueue {
  readonly #workspace: string;
  readonly #listener: QueueListener;
  readonly #job: JobOptions;
  #queue: Queue;
  #current: CurrentRun | null = null;
  #timed: TimedRun[] = [];
  #paused = false;
  #closed = false;
  /** What the run that trains becomes when it ends by being stopped. */
  #stoppedAs: 'interrupted' | 'cancelled' = 'cancelled';

  /** Reads what the last holder left; what was waiting or training then is `interrupted`, to be resumed when asked for. */
  constructor(workspace: string, listener: QueueListener, job: JobOptions = {}) {
    this.#workspace = workspace;
    this.#listener = listener;
    this.#job = job;
    this.#queue = readQueue(workspace, 'put-aside');
    const left = this.#queue.items.filter((item) => isOpen(item));
    for (const item of left) {
      if (item.state === 'running') recoverInterrupted(workspace, item.runId);
      item.state = 'interrupted';
    }
    if (left.length > 0) this.#write();
  }

  get record(): Queue {
    return this.#queue;
  }

  get currentRunId(): string | null {
    return this.#current?.item.runId ?? null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /**
   * Appends runs and starts the first when nothing trains. When everything before has ended, a new queue begins; what was
   * interrupted stays in it until it is resumed or cancelled.
   */
  add(planned: readonly PlannedRun[]): QueueItem[] {
    if (!this.#queue.items.some((item) => isOpen(item))) {
      this.#queue = {
        ...newQueue(),
        items: this.#queue.items.filter((item) => item.state === 'interrupted'),
      };
      this.#timed = [];
    }
    const items = planned.map(({ name, config }): QueueItem => {
      return { runId: newRunId(config), name, config, state: 'pending', error: null };
    });
    this.#queue.items.push(...items);
    this.#write();
    this.#next();
    return items.map((item) => ({ ...item }));
  }

  find(runId: string): QueueItem | undefined {
    return this.#queue.items.find((item) => item.runId === runId);
  }

  /** Takes ended items out and returns them; waiting and training ones stay. */
  take(which: (item: QueueItem) => boolean): QueueItem[] {
    const taken = this.#queue.items.filter((item) => !isOpen(item) && which(item));
    this.#queue.items = this.#queue.items.filter((item) => !taken.includes(item));
    return taken;
  }

  /** @throws GranaryError RUN_NOT_FOUND */
  async cancel(runId: string): Promise<void> {
    const item = this.find(runId);
    if (item === undefined)
      throw new GranaryError(
        'RUN_NOT_FOUND',
        `${runId} is not in the queue.`,
        'Only queued runs can be cancelled.',
      );
    if (this.#current?.item === item) {
      this.#current.job.stop();
      await this.#current.done;
    } else if (item.state === 'pending' || item.state === 'interrupted') {
      item.state = 'cancelled';
      item.error = { code: 'CANCELLED', message: 'It was taken out of the queue before it began.' };
      this.#write();
    }
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#next();
  }

  /**
   * Stops the run that trains and starts no other; all of them become `interrupted`, to be resumed, or `cancelled`.
   */
  stop(how: 'after-step' | 'now', as: 'interrupted' | 'cancelled'): void {
    const waiting = this.#queue.items.filter((item) => item.state === 'pending');
    for (const item of waiting) item.state = as;
    this.#stoppedAs = as;
    if (waiting.length > 0) this.#write();
    if (how === 'now') this.#current?.job.kill();
    else this.#current?.job.stop();
  }

  /** Resolves when nothing trains and nothing is about to. */
  async whenIdle(): Promise<void> {
    while (this.#current !== null) await this.#current.done;
  }

  /** Stops, waits for the worker's end, and starts nothing any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.stop('after-step', 'interrupted');
    await this.whenIdle();
  }

  /** Seconds until the queue is empty; null while nothing is known of the run that trains. */
  etaSeconds(): number | null {
    const pending = this.#queue.items.filter((item) => item.state === 'pending').map((item) => item.config);
    if (this.#current === null) return estimateSeconds(pending, this.#timed);
    const { item, etaSeconds, started } = this.#current;
    if (etaSeconds === null) return null;
    const predicted = { config: item.config, seconds: (Date.now() - started) / 1000 + etaSeconds };
    const rest = estimateSeconds(pending, [...this.#timed, predicted]);
    return rest === null ? null : rest + etaSeconds;
  }

  #write(): void {
    writeQueue(this.#workspace, this.#queue);
    this.#listener.changed();
  }

  #next(): void {
    if (this.#current !== null || this.#paused || this.#closed) return;
    const item = this.#queue.items.find((candidate) => candidate.state === 'pending');
    if (item === undefined) this.#listener.idle();
    else if (this.#listener.mayStart()) this.#start(item);
  }

  #start(item: QueueItem): void {
    const { runId, name, config } = item;
    const started = Date.now();
    item.state = 'running';
    this.#stoppedAs = 'cancelled';
    this.#write();
    let job: RunningJob<'train'>;
    try {
      job = startJob(
        { type: 'train', workspace: this.#workspace, runId, name, queue: this.#queue.id, config },
        (event) => {
          if (event.type === 'step' && this.#current !== null) this.#current.etaSeconds = event.etaSeconds;
          this.#listener.heard(runId, event);
        },
        { ...this.#job, logPath: join(runFolder(this.#workspace, runId), layout.run.log) },
      );
    } catch (error) {
      this.#end(item, started, null, toErrorPayload(error));
      return;
    }
    const done = job.result.then(
      ({ result }) => this.#end(item, started, result, null),
      (error: unknown) => this.#end(item, started, null, toErrorPayload(error)),
    );
    this.#current = { item, job, started, etaSeconds: null, done };
  }

  #end(
    item: QueueItem,
    started: number,
    result: JobResult<'train'>['result'] | null,
    thrown: ErrorPayload | null,
  ): void {
    const error = thrown ?? (result === null || result.status === 'finished' ? null : result.error);
    item.state = error === null ? 'finished' : error.code === 'CANCELLED' ? this.#stoppedAs : 'failed';
    item.error = error;
    if (error === null) this.#timed.push({ config: item.config, seconds: (Date.now() - started) / 1000 });
    this.#current = null;
    try {
      if (error !== null) recordFailure(this.#workspace, item.runId, error);
      this.#write();
    } catch (cause) {
      // A full disk must not end the scheduler: the rest of the queue fails or works by itself.
      item.error ??= toErrorPayload(cause);
    }
    this.#listener.ended(item.runId);
    this.#next();
  }
}

/** Waiting or training: such an item has an end to come. */
function isOpen(item: QueueItem): boolean {
  return item.state === 'pending' || item.state === 'running';
}
