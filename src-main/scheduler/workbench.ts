import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { Grid } from '../../shared/records/grid.ts';
import type { Queue, QueueItem } from '../../shared/records/queue.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { runName } from '../runs/run-id.ts';
import { listRuns, readRun } from '../runs/run-store.ts';
import { RunWatcher } from '../runs/run-watcher.ts';
import { settleGridWeights } from './grid-weights.ts';
import { type GridDataset, type PlannedRun, expandGrid } from './grid.ts';
import { WorkspaceLock, describeHolder, lockHolder } from './lock.ts';
import { readQueue } from './queue-file.ts';
import { RunQueue } from './run-queue.ts';
import { type JobOptions, startJob } from './supervisor.ts';

export interface WorkbenchEvents {
  'queue-changed': [items: QueueItem[]];
  'worker-event': [runId: string, event: WorkerEvent];
  /** Ids of runs whose folder changed, whichever process changed it. */
  'runs-changed': [ids: string[]];
  /** An attached workbench took over from a holder that is gone, or a holder lost its lock. */
  'mode-changed': [mode: 'owner' | 'attached'];
  /** Nothing trains and nothing waits. */
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
 * A workspace at work: its datasets, its queue, its runs. The command line and the app are two fronts of this class. One
 * process owns a workspace; others attach, which shows everything and trains nothing, until the owner is gone.
 */
export class Workbench extends EventEmitter<WorkbenchEvents> {
  readonly workspace: string;
  readonly #options: WorkbenchOptions;
  readonly #watcher: RunWatcher;
  readonly #manifests = new Map<string, Manifest>();
  #owned: { lock: WorkspaceLock; queue: RunQueue } | null = null;
  /** The holder's queue as last read, while attached. */
  #seen: Queue | null = null;
  #poll: NodeJS.Timeout | null = null;

  private constructor(workspace: string, options: WorkbenchOptions) {
    super();
    this.workspace = resolve(workspace);
    this.#options = options;
    this.#watcher = new RunWatcher(this.workspace, (ids) => this.emit('runs-changed', ids));
  }

  /**
   * Opens a workspace; its folder is made when it is missing. Runs that a dead scheduler left behind are marked interrupted.
   * @throws GranaryError WORKSPACE_LOCKED, WORKSPACE_INVALID
   */
  static async open(workspace: string, options: WorkbenchOptions = {}): Promise<Workbench> {
    const workbench = new Workbench(workspace, options);
    try {
      workbench.#own();
    } catch (error) {
      const locked = error instanceof GranaryError && error.code === 'WORKSPACE_LOCKED';
      if (!locked || options.attach !== true) throw error;
      workbench.#seen = readQueue(workbench.workspace, 'leave');
    }
    workbench.#watcher.start(POLL_MS);
    workbench.#poll = setInterval(() => workbench.#follow(), POLL_MS);
    workbench.#poll.unref();
    return workbench;
  }

  /** `attached`: another process schedules here. */
  get mode(): 'owner' | 'attached' {
    return this.#owned === null ? 'attached' : 'owner';
  }

  /** Who holds the workspace, in words; null when this process does, or nobody. */
  get holder(): string | null {
    const holder = this.#owned === null ? lockHolder(this.workspace) : null;
    return holder === null ? null : describeHolder(holder);
  }

  /** The queue as it stands; its items are live, so copy what must not change. */
  get queue(): Queue {
    return this.#owned?.queue.record ?? this.#seen ?? readQueue(this.workspace, 'leave');
  }

  /** The run that trains here, if one does. */
  get currentRunId(): string | null {
    return this.#owned?.queue.currentRunId ?? null;
  }

  get paused(): boolean {
    return this.#owned?.queue.paused ?? false;
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
      (event) => {
        if (event.type === 'progress') onProgress(event);
      },
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
   * The runs that a grid would make, without queueing them. A dataset that was not read yet is read first.
   * @throws GranaryError as {@link expandGrid} and {@link inspect}
   */
  async previewGrid(dataset: GridDataset, wanted: Grid): Promise<PlannedRun[]> {
    const grid = await settleGridWeights(wanted, this.workspace);
    const path = resolve(dataset.path);
    const { options } = dataset;
    const manifest =
      dataset.manifest ??
      this.#manifests.get(manifestKey(path, options)) ??
      (await this.inspect(path, options));
    const further = columnsToRead(manifest, grid);
    if (further.length > 0 && options.targetColumns === undefined) {
      const targetColumns = [...manifest.targets.map((target) => target.name), ...further];
      return this.previewGrid({ path, options: { ...options, targetColumns }, manifest: null }, grid);
    }
    return expandGrid(grid, { path, options, manifest });
  }

  /**
   * Queues every run of a grid and starts the first, unless the queue is paused. Nothing is queued when one of them is wrong.
   * @throws GranaryError as {@link previewGrid}; WORKSPACE_LOCKED when attached
   */
  async enqueue(dataset: GridDataset, grid: Grid): Promise<QueueItem[]> {
    this.#mine();
    const planned = await this.previewGrid(dataset, grid);
    return this.#mine().add(planned);
  }

  /**
   * Trains a run again from its own config, under a new id: one that was interrupted, failed, was cancelled, or finished.
   * @throws GranaryError RUN_NOT_FOUND, RUN_CORRUPT, USAGE when it is in the queue already, WORKSPACE_LOCKED
   */
  async again(runId: string): Promise<QueueItem> {
    const queue = this.#mine();
    const queued = queue.find(runId);
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
    queue.take((item) => item.runId === runId);
    return queue.add([{ name: runName(config), config }])[0]!;
  }

  /** Trains everything that was interrupted, in its old order, under new ids. */
  async resumeInterrupted(): Promise<QueueItem[]> {
    const queue = this.#mine();
    const left = queue.take((item) => item.state === 'interrupted');
    return left.length === 0 ? [] : queue.add(left);
  }

  /**
   * Takes a waiting run out of the queue, or stops the one that trains (it ends after its step; its epochs stay).
   * @throws GranaryError RUN_NOT_FOUND, WORKSPACE_LOCKED
   */
  async cancel(runId: string): Promise<void> {
    await this.#mine().cancel(runId);
  }

  /** Starts no further run; the one that trains goes on. */
  pause(): void {
    this.#mine().pause();
  }

  resume(): void {
    this.#mine().resume();
  }

  /**
   * Stops the run that trains and starts no other.
   * @param how `now` kills the worker; its finished epochs stay all the same
   * @param as what becomes of them in the queue: `interrupted` ones can be resumed
   */
  stop(how: 'after-step' | 'now' = 'after-step', as: 'interrupted' | 'cancelled' = 'interrupted'): void {
    this.#owned?.queue.stop(how, as);
  }

  /** Resolves when nothing trains and nothing is about to. */
  async whenIdle(): Promise<void> {
    await this.#owned?.queue.whenIdle();
  }

  /** Seconds until the queue is empty; null while nothing is known of the run that trains. */
  etaSeconds(): number | null {
    return this.#owned?.queue.etaSeconds() ?? null;
  }

  /** Stops what trains, lets others have the workspace, ends all watching. */
  async close(): Promise<void> {
    if (this.#poll !== null) clearInterval(this.#poll);
    this.#watcher.stop();
    await this.#owned?.queue.close();
    this.#owned?.lock.release();
    this.#owned = null;
  }

  /** @throws GranaryError WORKSPACE_LOCKED when the workspace is not this process's */
  #mine(): RunQueue {
    if (this.#owned?.lock.held === true) return this.#owned.queue;
    const holder = lockHolder(this.workspace);
    throw new GranaryError(
      'WORKSPACE_LOCKED',
      `${holder === null ? 'Another process' : describeHolder(holder)} has the workspace ${this.workspace} open.`,
      'Wait until it is done, close it, or use another workspace.',
    );
  }

  /** Takes the lock and, with it, the queue. */
  #own(): void {
    const lock = WorkspaceLock.acquire(this.workspace, this.#options.command ?? 'granary');
    try {
      const queue = new RunQueue(
        this.workspace,
        {
          changed: () => this.emit('queue-changed', this.queue.items),
          heard: (runId, event) => this.emit('worker-event', runId, event),
          ended: () => this.#watcher.check(),
          idle: () => this.emit('idle'),
          mayStart: () => lock.held || this.#lose(lock),
        },
        this.#options.job,
      );
      this.#owned = { lock, queue };
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Someone deleted the lock file, or took it over while this machine slept: two schedulers must not share a card. */
  #lose(lock: WorkspaceLock): false {
    lock.release();
    this.#owned = null;
    this.#seen = null;
    this.emit('mode-changed', 'attached');
    return false;
  }

  /** Attached: shows the holder's queue as it changes, and takes over when the holder is gone. */
  #follow(): void {
    if (this.#owned !== null) return;
    if (lockHolder(this.workspace) === null) {
      try {
        this.#own();
        this.emit('mode-changed', 'owner');
        this.emit('queue-changed', this.queue.items);
        return;
      } catch {
        // Someone else was quicker, or the folder is away for the moment: stay attached.
      }
    }
    const queue = readQueue(this.workspace, 'leave');
    const same = JSON.stringify(queue.items) === JSON.stringify(this.#seen?.items);
    this.#seen = queue;
    if (!same) this.emit('queue-changed', queue.items);
  }
}

/** Columns that a grid wants to train on and that nobody took for a target: asking for one makes it one. */
function columnsToRead(manifest: Pick<Manifest, 'targets' | 'columns'>, grid: Grid): string[] {
  const taken = manifest.targets.map((target) => target.name);
  const columns = manifest.columns?.map((column) => column.name) ?? [];
  const wanted = [grid.defaults, ...grid.blocks].flatMap((block) => block?.targets ?? []);
  return [...new Set(wanted)].filter((name) => !taken.includes(name) && columns.includes(name));
}

function manifestKey(path: string, options: DatasetOptions): string {
  return JSON.stringify([path, options]);
}
