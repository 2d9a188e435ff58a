import { EventEmitter, once } from 'node:events';
import { resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { Grid } from '../../shared/records/grid.ts';
import type { RatingsGrid } from '../../shared/records/ratings-grid.ts';
import type { Queue, QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import type { QueueOutcome } from '../../shared/ipc/views.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { alreadyFinished } from '../runs/checkpoint-file.ts';
import { listRuns, readRun } from '../runs/run-store.ts';
import { runFolder } from '../runs/run-writer.ts';
import { RunWatcher } from '../runs/run-watcher.ts';
import { settleGridWeights } from './grid-weights.ts';
import { type GridDataset, type InvalidRun, type PlannedRun, checkSomeValid, planGrid } from './grid.ts';
import { anew, gridOf, ratingsGridOf } from './duplicate.ts';
import { DatasetReader } from './dataset-reader.ts';
import { answerCommands, emptyMailbox, sendCommand } from './mailbox.ts';
import { isOpen, itemOf, notInState } from './queue-edit.ts';
import { pastRun } from './past-run.ts';
import { WeightsCheck } from './weights-check.ts';
import { WorkspaceLock, describeHolder, lockHolder } from './lock.ts';
import type { AnyMeasured } from './measured-run.ts';
import { measuredRuns } from './measured-runs.ts';
import type { AnyInvalid, AnyPlanned } from './planned.ts';
import { secondsOf, secondsOfAll } from './queue-eta.ts';
import { withoutTooLarge } from './memory/ratings-fit.ts';
import { readQueue } from './queue-file.ts';
import { outcomeOf } from './queue-outcome.ts';
import { hasFinished } from './run-outcome.ts';
import { checkpointMark } from '../runs/checkpoint-file.ts';
import {
  type InvalidRatings,
  type PlannedRatings,
  type RatingsSource,
  planRatingsGrid,
} from './ratings-grid.ts';
import { type QueueOptions, RunQueue } from './run-queue.ts';

export interface WorkbenchEvents {
  'queue-changed': [items: QueueItem[]];
  'worker-event': [runId: string, event: WorkerEvent];
  /** A run's process ended early (killed, or memory did not suffice) and another takes its place; why, in words. */
  'run-recovered': [news: { runId: string; name: string; reason: string }];
  /** Ids of runs whose folder changed, whichever process changed it. */
  'runs-changed': [ids: string[]];
  /** An attached workbench took over from a holder that is gone, or a holder lost its lock. */
  'mode-changed': [mode: 'owner' | 'attached'];
  /** Nothing trains and nothing waits. */
  idle: [];
  /** The last run of the queue has ended: what a notification tells. */
  'queue-ended': [outcome: QueueOutcome];
}

export interface WorkbenchOptions extends QueueOptions {
  /** When another process schedules here: attach and read (true), or fail with WORKSPACE_LOCKED (false, the default). */
  attach?: boolean;
  /** What others are told holds the workspace. */
  command?: string;
  /** Asked before runs are queued: which of them cannot fit the memory in any way. Without it the launch gate alone tells. */
  judge?: (runs: (PlannedRun | InvalidRun)[]) => Promise<(PlannedRun | InvalidRun)[]>;
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
  readonly #datasets: DatasetReader;
  readonly #weights: WeightsCheck;
  #owned: { lock: WorkspaceLock; queue: RunQueue } | null = null;
  /** The holder's queue as last read, while attached. */
  #seen: Queue | null = null;
  #poll: NodeJS.Timeout | null = null;
  #answering = false;
  #learnt = false;
  #measured: Promise<AnyMeasured[]> | null = null;
  /** Whether something has trained since the queue last ended. */
  #worked = false;

  private constructor(workspace: string, options: WorkbenchOptions) {
    super();
    this.workspace = resolve(workspace);
    this.#options = options;
    this.#datasets = new DatasetReader(this.workspace, options.job);
    this.#weights = new WeightsCheck(this.workspace, options.job);
    this.#watcher = new RunWatcher(this.workspace, (ids) => {
      // While one trains its folder changes all the time, and tells nothing of a whole run yet.
      if (ids.some((id) => hasFinished(runFolder(this.workspace, id)))) this.#measured = null;
      this.emit('runs-changed', ids);
    });
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
  inspect(
    dataset: string,
    options: DatasetOptions = {},
    onProgress: (event: ProgressEvent) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<Manifest> {
    return this.#datasets.inspect(dataset, options, onProgress, signal);
  }

  /**
   * The runs that a grid would make, without queueing them: those that cannot be trained with the reason, and the seconds that each
   * of the others will take, null while nothing has been measured. A dataset that was not read yet is read first.
   * @throws GranaryError as {@link planGrid} and {@link inspect}
   */
  async previewGrid(
    dataset: GridDataset,
    grid: Grid,
  ): Promise<{ runs: (PlannedRun | InvalidRun)[]; seconds: (number | null)[] }> {
    const runs = await this.#plan(dataset, grid);
    const measured = await this.#past();
    const seconds = runs.map((run) => ('error' in run ? null : secondsOf(run, measured)));
    return { runs, seconds };
  }

  /**
   * The recommenders that a sweep would make, as {@link previewGrid}, and the seconds that those of them take together which can be
   * trained, null while nothing like them has been measured.
   * @throws GranaryError as {@link planRatingsGrid}
   */
  async previewRatings(
    source: RatingsSource,
    grid: RatingsGrid,
  ): Promise<{ runs: (PlannedRatings | InvalidRatings)[]; seconds: number | null }> {
    const runs = await withoutTooLarge(planRatingsGrid(grid, source), this.workspace);
    const valid = runs.filter((run) => !('error' in run));
    return { runs, seconds: secondsOfAll(valid, await this.#past()) };
  }

  /**
   * Queues every run of a grid and starts the first, unless the queue is paused. Combinations that cannot be trained are kept as
   * skipped with the reason.
   * @throws GranaryError as {@link planGrid}, and the first reason when no combination can be trained; WORKSPACE_LOCKED when attached
   */
  async enqueue(dataset: GridDataset, grid: Grid): Promise<QueueItem[]> {
    this.#mine();
    const combined = await this.#plan(dataset, grid);
    checkSomeValid(combined);
    return this.#add((await this.#options.judge?.(combined)) ?? combined);
  }

  /**
   * Queues every recommender of a sweep, as {@link enqueue}.
   * @throws GranaryError as {@link planRatingsGrid}, and the first reason when no combination can be trained; WORKSPACE_LOCKED
   */
  async enqueueRatings(source: RatingsSource, grid: RatingsGrid): Promise<QueueItem[]> {
    this.#mine();
    const planned = planRatingsGrid(grid, source);
    checkSomeValid(planned);
    return this.#add(await withoutTooLarge(planned, this.workspace));
  }

  /**
   * Goes on with a run that was interrupted, failed or was cancelled, from its checkpoint; from its beginning where it has none. Its
   * id and folder stay.
   * @throws GranaryError RUN_NOT_FOUND, RUN_FINISHED, RUN_CORRUPT, USAGE when it waits or trains already, WORKSPACE_LOCKED, and, where it
   *   has no checkpoint, as {@link WeightsCheck.confirm}
   */
  async resumeRun(runId: string): Promise<QueueItem> {
    this.#mine();
    await this.#learn();
    const run = await pastRun(this.workspace, this.queue, runId);
    if (run.state === 'finished') throw alreadyFinished(runId);
    // A checkpoint has all weights: only a run without one starts from others.
    if (checkpointMark(runFolder(this.workspace, runId)) === null) await this.#weights.confirm(anew(run));
    return this.#mine().readd(run);
  }

  /**
   * Does what a person asks of the queue, here or, when another process holds the workspace, there.
   * @throws GranaryError RUN_NOT_FOUND, USAGE, WORKSPACE_LOCKED when the holder does not answer
   */
  async perform(command: QueueCommand): Promise<void> {
    if (this.#owned === null) return sendCommand(this.workspace, command);
    if (command.verb !== 'duplicate') return this.#mine().perform(command);
    const item = itemOf(this.queue.items, command.runId);
    if (item.kind === 'ratings') {
      const { ratings: path, options } = item.config;
      await this.enqueueRatings({ path, options }, ratingsGridOf(item.config, command.changes));
    } else {
      const { dataset: path, datasetOptions: options } = item.config;
      await this.enqueue({ path, options, manifest: null }, gridOf(item.config, command.changes));
    }
  }

  /**
   * Trains a run again from its own config, under a new id: one that was interrupted, failed, was cancelled, or finished.
   * @throws GranaryError RUN_NOT_FOUND, RUN_CORRUPT, USAGE when it is in the queue already, WORKSPACE_LOCKED, and as
   *   {@link WeightsCheck.confirm}: the file or run that it starts from may be gone or another by now
   */
  async again(runId: string): Promise<QueueItem> {
    const queue = this.#mine();
    const queued = queue.find(runId);
    if (queued !== undefined && isOpen(queued)) throw notInState(queued, 'trained again', 'has ended');
    const planned = anew(await pastRun(this.workspace, queue.record, runId));
    await this.#weights.confirm(planned);
    queue.take((item) => item.runId === runId);
    return queue.add([planned])[0]!;
  }

  /** Goes on with everything that was interrupted, in its old order, each from its last checkpoint. */
  async resumeInterrupted(): Promise<QueueItem[]> {
    const queue = this.#mine();
    await this.#learn();
    return queue.resumeInterrupted();
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

  /**
   * Resolves when every run has ended, or nothing can go on by itself (a full disk, a workspace that was taken over). While a person
   * has paused the queue it is not done.
   */
  async whenDone(): Promise<void> {
    for (;;) {
      await this.whenIdle();
      const { items, paused } = this.queue;
      if (this.mode === 'attached' || !items.some(isOpen) || paused?.by === 'fault') return;
      await once(this, 'queue-changed');
    }
  }

  /** The processes of this workbench that train: their memory is free again when they end. */
  get workers(): { runId: string; pid: number; card: number | null }[] {
    return this.#owned?.queue.workers ?? [];
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
          heard: (runId, event) => {
            this.#worked = true;
            this.emit('worker-event', runId, event);
          },
          recovered: (runId, name, reason) => this.emit('run-recovered', { runId, name, reason }),
          ended: () => this.#watcher.check(),
          idle: () => this.#idle(),
          mayStart: () => lock.held || this.#lose(lock),
        },
        this.#options,
      );
      emptyMailbox(this.workspace);
      this.#owned = { lock, queue };
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  #idle(): void {
    this.emit('idle');
    if (this.#worked) this.emit('queue-ended', outcomeOf(this.queue));
    this.#worked = false;
  }

  /** Does what other programs have asked of this queue. */
  #answer(): void {
    if (this.#answering) return;
    this.#answering = true;
    answerCommands(this.workspace, (command) => this.perform(command))
      // A full disk: the sender hears nothing, and says so.
      .catch(() => undefined)
      .finally(() => {
        this.#answering = false;
      });
  }

  async #add(planned: readonly (AnyPlanned | AnyInvalid)[]): Promise<QueueItem[]> {
    checkSomeValid(planned);
    await this.#learn();
    return this.#mine().add(planned);
  }

  async #plan(dataset: GridDataset, wanted: Grid): Promise<(PlannedRun | InvalidRun)[]> {
    const grid = await settleGridWeights(wanted, this.workspace);
    return this.#weights.mark(planGrid(grid, await this.#datasets.readFor(dataset, grid)));
  }

  /** Runs of earlier days, read anew when one has ended: a preview asks at each stroke of the keyboard. */
  #past(): Promise<AnyMeasured[]> {
    this.#measured ??= measuredRuns(this.workspace);
    return this.#measured;
  }

  /** Lets the queue know what runs took that were trained before, so that it can say how long the new ones will. */
  async #learn(): Promise<void> {
    if (this.#learnt) return;
    this.#learnt = true;
    this.#owned?.queue.learn(await this.#past());
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
    if (this.#owned !== null) return this.#answer();
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
