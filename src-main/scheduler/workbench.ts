import { EventEmitter } from 'node:events';
import { join, resolve } from 'node:path';
import { GranaryError, type ErrorPayload, toErrorPayload } from '../../shared/errors.ts';
import type { JobResult, WorkerEvent } from '../../shared/ipc/job.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { Grid } from '../../shared/records/grid.ts';
import type { Queue, QueueItem } from '../../shared/records/queue.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { newRunId, runName } from '../runs/run-id.ts';
import { listRuns, readRun } from '../runs/run-store.ts';
import { runFolder } from '../runs/run-writer.ts';
import { RunWatcher } from '../runs/run-watcher.ts';
import { type TimedRun, estimateSeconds } from './eta.ts';
import { type PlannedRun, expandGrid } from './grid.ts';
import { WorkspaceLock, describeHolder, lockHolder } from './lock.ts';
import { newQueue, readQueue, writeQueue } from './queue-file.ts';
import { recordFailure, recoverInterrupted } from './run-outcome.ts';
import { type JobOptions, type RunningJob, startJob } from './supervisor.ts';

export interface WorkbenchEvents {
  'queue-changed': [items: QueueItem[]];
  'worker-event': [runId: string, event: WorkerEvent];
  /** Ids of runs whose folder changed, whoever changed it. */
  'runs-changed': [ids: string[]];
  /** An attached workbench took a workspace over whose holder is gone, or a holder lost its lock. */
  'mode-changed': [mode: 'owner' | 'attached'];
  /** Nothing runs and nothing waits. */
  idle: [];
}

export interface WorkbenchOptions {
  /** When another process schedules here: attach and read (true), or fail with WORKSPACE_LOCKED (false, the default). */
  attach?: boolean;
  /** What others are told holds the workspace. */
  command?: string;
  /** For tests: workers that misbehave on purpose, shorter graces. */
  job?: JobOptions;
}

type ProgressEvent = Extract<WorkerEvent, { type: 'progress' }>;
const POLL_MS = 1000;

/**
 * A workspace at work: its queue, its runs, and the one worker that trains. The command line and the app are two fronts of
 * this class. One process owns a workspace; others attach, which shows everything and starts nothing.
 */
export class Workbench extends EventEmitter<WorkbenchEvents> {
  readonly workspace: string;
  readonly #options: WorkbenchOptions;
  readonly #watcher: RunWatcher;
  #lock: WorkspaceLock | null = null;
  #queue: Queue = newQueue();
  #current: { runId: string; job: RunningJob<'train'>; done: Promise<void> } | null = null;
  #currentEta: number | null = null;
  #elapsed: TimedRun[] = [];
  #paused = false;
  #closed = false;
  #poll: NodeJS.Timeout | null = null;
  readonly #manifests = new Map<string, Manifest>();

  private constructor(workspace: string, options: WorkbenchOptions) {
    super();
    this.workspace = workspace;
    this.#options = options;
    this.#watcher = new RunWatcher(workspace, (ids) => this.emit('runs-changed', ids));
  }

  /**
   * Opens a workspace; its folder is made when it is missing. Runs that a dead scheduler left behind are marked interrupted.
   * @throws GranaryError WORKSPACE_LOCKED, WORKSPACE_INVALID
   */
  static async open(workspace: string, options: WorkbenchOptions = {}): Promise<Workbench> {
    const workbench = new Workbench(resolve(workspace), options);
    try {
      workbench.#own();
    } catch (error) {
      const locked = error instanceof GranaryError && error.code === 'WORKSPACE_LOCKED';
      if (!locked || options.attach !== true) throw error;
      workbench.#queue = readQueue(workbench.workspace, 'leave');
    }
    await workbench.#watcher.start(POLL_MS);
    workbench.#poll = setInterval(() => workbench.#refresh(), POLL_MS);
    workbench.#poll.unref();
    return workbench;
  }

  /** `attached`: another process schedules here. */
  get mode(): 'owner' | 'attached' {
    return this.#lock === null ? 'attached' : 'owner';
  }

  /** Who holds the workspace, in words; null when this process does, or nobody. */
  get holder(): string | null {
    const holder = this.#lock === null ? lockHolder(this.workspace) : null;
    return holder === null ? null : describeHolder(holder);
  }

  /** The queue's items in their order; copies. */
  get queue(): QueueItem[] {
    return this.#queue.items.map((item) => ({ ...item }));
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The run that trains here, if one does. */
  get currentRunId(): string | null {
    return this.#current?.runId ?? null;
  }

  runs(): Promise<RunSummary[]> {
    return listRuns(this.workspace);
  }

  /** @throws GranaryError RUN_NOT_FOUND */
  run(id: string): Promise<RunSummary> {
    return readRun(this.workspace, id);
  }

  /**
   * Reads and checks a dataset in a worker. Works attached, too.
   * @throws GranaryError the worker's; CANCELLED when `signal` stopped it
   */
  async inspect(
    dataset: string,
    options: DatasetOptions = {},
    onProgress: (event: ProgressEvent) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<Manifest> {
    const path = resolve(dataset);
    const job = startJob(
      { type: 'inspect', dataset: path, options, workspace: this.workspace },
      (event) => event.type === 'progress' && onProgress(event),
      { ...this.#options.job, logPath: undefined },
    );
    const stop = (): void => job.stop();
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { manifest } = await job.result;
      this.#manifests.set(manifestKey(path, options), manifest);
      return manifest;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /**
   * The runs that a grid would make, without queueing them. Reads the dataset first when that has not been done yet.
   * @throws GranaryError as {@link expandGrid} and {@link inspect}
   */
  async previewGrid(dataset: string, options: DatasetOptions, grid: Grid): Promise<PlannedRun[]> {
    const path = resolve(dataset);
    const manifest = this.#manifests.get(manifestKey(path, options)) ?? (await this.inspect(path, options));
    const wanted = [...new Set([grid.defaults, ...grid.blocks].flatMap((block) => block?.targets ?? []))];
    const taken = manifest.targets.map((target) => target.name);
    const further = wanted.filter(
      (name) => !taken.includes(name) && manifest.columns?.some((column) => column.name === name),
    );
    // A column that was not taken for a target by itself: asking for it makes it one.
    if (further.length > 0 && options.targetColumns === undefined)
      return this.previewGrid(path, { ...options, targetColumns: [...taken, ...further] }, grid);
    return expandGrid(grid, { path, options, manifest });
  }

  /**
   * Queues every run of a grid and starts the first, unless the workbench is paused. Nothing is queued when one of them is
   * wrong. When everything before has ended, a new queue begins; interrupted runs stay in it until they are started again.
   * @throws GranaryError as {@link previewGrid}; WORKSPACE_LOCKED when attached
   */
  async enqueue(dataset: string, options: DatasetOptions, grid: Grid): Promise<QueueItem[]> {
    this.#mustOwn();
    const planned = await this.previewGrid(dataset, options, grid);
    return this.#add(planned);
  }

  /**
   * Trains a run again from its own config, under a new id: one that was interrupted, failed, was cancelled, or finished.
   * @throws GranaryError RUN_NOT_FOUND, RUN_CORRUPT, WORKSPACE_LOCKED
   */
  async again(runId: string): Promise<QueueItem> {
    this.#mustOwn();
    const queued = this.#queue.items.find((item) => item.runId === runId);
    if (queued?.state === 'running' || queued?.state === 'pending')
      throw new GranaryError(
        'USAGE',
        `${runId} is in the queue already.`,
        'Wait for it, or cancel it first.',
      );
    const config = queued?.config ?? (await readRun(this.workspace, runId)).header?.config;
    if (config === undefined)
      throw new GranaryError(
        'RUN_CORRUPT',
        `The config of ${runId} cannot be read.`,
        'Queue it anew with its flags.',
      );
    if (queued !== undefined) this.#queue.items = this.#queue.items.filter((item) => item !== queued);
    return this.#add([{ name: runName(config), config }])[0]!;
  }

  /** Trains everything that was interrupted, in its old order. */
  async resumeInterrupted(): Promise<QueueItem[]> {
    this.#mustOwn();
    const interrupted = this.#queue.items.filter((item) => item.state === 'interrupted');
    this.#queue.items = this.#queue.items.filter((item) => item.state !== 'interrupted');
    return this.#add(interrupted.map(({ name, config }) => ({ name, config })));
  }

  /**
   * Takes a waiting run out of the queue, or stops the one that trains (it ends after its step; its epochs stay).
   * @throws GranaryError RUN_NOT_FOUND, WORKSPACE_LOCKED
   */
  async cancel(runId: string): Promise<void> {
    this.#mustOwn();
    const item = this.#queue.items.find((candidate) => candidate.runId === runId);
    if (item === undefined)
      throw new GranaryError(
        'RUN_NOT_FOUND',
        `${runId} is not in the queue.`,
        'Only queued runs can be cancelled.',
      );
    if (this.#current?.runId === runId) {
      const { job, done } = this.#current;
      job.stop();
      await done;
    } else if (item.state === 'pending' || item.state === 'interrupted') {
      item.state = 'cancelled';
      item.error = { code: 'CANCELLED', message: 'It was taken out of the queue before it began.' };
      this.#changed();
    }
  }

  /** Starts no further run; the one that trains goes on. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#next();
  }

  /**
   * Stops the run that trains and leaves the waiting ones as interrupted, to be resumed later.
   * @param how `now` kills the worker; its finished epochs stay all the same
   */
  stop(how: 'after-step' | 'now' = 'after-step'): void {
    for (const item of this.#queue.items) if (item.state === 'pending') item.state = 'interrupted';
    if (this.#lock !== null) this.#changed();
    if (how === 'now') this.#current?.job.kill();
    else this.#current?.job.stop();
  }

  /** Resolves when nothing runs and nothing waits (or the queue is paused). */
  async whenIdle(): Promise<void> {
    while (this.#current !== null) await this.#current.done;
  }

  /** Seconds until the queue is empty; null while nothing is known. The first run's own prediction serves for the others. */
  etaSeconds(): number | null {
    const pending = this.#queue.items.filter((item) => item.state === 'pending').map((item) => item.config);
    if (this.#current === null) return estimateSeconds(pending, this.#elapsed);
    if (this.#currentEta === null) return null;
    const config = this.#configOf(this.#current.runId);
    const predicted = { config, seconds: this.#currentEta + (Date.now() - this.#startedAt) / 1000 };
    const rest = estimateSeconds(pending, [...this.#elapsed, predicted]);
    return rest === null ? null : rest + this.#currentEta;
  }

  /** Stops what runs, lets others have the workspace, ends all watching. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#poll !== null) clearInterval(this.#poll);
    this.#watcher.stop();
    this.stop();
    await this.#current?.done;
    this.#lock?.release();
    this.#lock = null;
  }

  #startedAt = 0;

  #configOf(runId: string): RunConfig {
    return this.#queue.items.find((item) => item.runId === runId)!.config;
  }

  #mustOwn(): void {
    if (this.#lock !== null && this.#lock.held) return;
    const holder = lockHolder(this.workspace);
    throw new GranaryError(
      'WORKSPACE_LOCKED',
      `${holder === null ? 'Another process' : describeHolder(holder)} is training in ${this.workspace}.`,
      'Wait until it is done, stop it, or use another workspace.',
    );
  }

  /** Takes the lock and clears up after the last holder. */
  #own(): void {
    this.#lock = WorkspaceLock.acquire(this.workspace, this.#options.command ?? 'granary');
    this.#queue = readQueue(this.workspace, 'put-aside');
    let changed = false;
    for (const item of this.#queue.items) {
      if (item.state !== 'running' && item.state !== 'pending') continue;
      if (item.state === 'running') recoverInterrupted(this.workspace, item.runId);
      item.state = 'interrupted';
      changed = true;
    }
    if (changed) this.#changed();
  }

  /** Attached: follows the holder's queue, and takes over when it is gone. */
  #refresh(): void {
    if (this.#lock !== null || this.#closed) return;
    if (lockHolder(this.workspace) === null) {
      try {
        this.#own();
        this.emit('mode-changed', 'owner');
        this.emit('queue-changed', this.queue);
        return;
      } catch {
        // Someone else was quicker, or the folder is gone for the moment: stay attached.
      }
    }
    const queue = readQueue(this.workspace, 'leave');
    if (JSON.stringify(queue.items) === JSON.stringify(this.#queue.items)) return;
    this.#queue = queue;
    this.emit('queue-changed', this.queue);
  }

  #add(planned: readonly PlannedRun[]): QueueItem[] {
    const busy = this.#queue.items.some((item) => item.state === 'pending' || item.state === 'running');
    if (!busy) {
      const kept = this.#queue.items.filter((item) => item.state === 'interrupted');
      this.#queue = { ...newQueue(), items: kept };
      this.#elapsed = [];
    }
    const items = planned.map(({ name, config }): QueueItem => {
      return { runId: newRunId(config), name, config, state: 'pending', error: null };
    });
    this.#queue.items.push(...items);
    this.#changed();
    this.#next();
    return items.map((item) => ({ ...item }));
  }

  #changed(): void {
    writeQueue(this.workspace, this.#queue);
    this.emit('queue-changed', this.queue);
  }

  /** Starts the next waiting run when none trains. */
  #next(): void {
    if (this.#current !== null || this.#paused || this.#closed || this.#lock === null) return;
    const item = this.#queue.items.find((candidate) => candidate.state === 'pending');
    if (item === undefined) {
      this.emit('idle');
      return;
    }
    if (!this.#lock.held) {
      this.#loseLock();
      return;
    }
    this.#start(item);
  }

  /** Someone deleted the lock file, or took it over while this machine slept: two schedulers must not share a card. */
  #loseLock(): void {
    this.#lock?.release();
    this.#lock = null;
    this.emit('mode-changed', 'attached');
  }

  #start(item: QueueItem): void {
    item.state = 'running';
    this.#changed();
    this.#currentEta = null;
    this.#startedAt = Date.now();
    let job: RunningJob<'train'>;
    try {
      job = startJob(
        {
          type: 'train',
          workspace: this.workspace,
          runId: item.runId,
          name: item.name,
          queue: this.#queue.id,
          config: item.config,
        },
        (event) => this.#hear(item.runId, event),
        { ...this.#options.job, logPath: join(runFolder(this.workspace, item.runId), layout.run.log) },
      );
    } catch (error) {
      this.#end(item, null, toErrorPayload(error));
      return;
    }
    const done = job.result.then(
      ({ result }) => this.#end(item, result, null),
      (error: unknown) => this.#end(item, null, toErrorPayload(error)),
    );
    this.#current = { runId: item.runId, job, done };
  }

  #hear(runId: string, event: WorkerEvent): void {
    if (event.type === 'step') this.#currentEta = event.etaSeconds;
    this.emit('worker-event', runId, event);
  }

  #end(item: QueueItem, result: JobResult<'train'>['result'] | null, thrown: ErrorPayload | null): void {
    const error = thrown ?? (result === null || result.status === 'finished' ? null : result.error);
    item.state = error === null ? 'finished' : error.code === 'CANCELLED' ? 'cancelled' : 'failed';
    item.error = error;
    if (error === null)
      this.#elapsed.push({ config: item.config, seconds: (Date.now() - this.#startedAt) / 1000 });
    else recordFailure(this.workspace, item.runId, error);
    this.#current = null;
    this.#changed();
    this.#watcher.check();
    this.#next();
  }
}

function manifestKey(path: string, options: DatasetOptions): string {
  return JSON.stringify([path, options]);
}
