import { EventEmitter, once } from 'node:events';
import { resolve } from 'node:path';
import { type ErrorPayload, fromErrorPayload } from '../../shared/errors.ts';
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
import { type GridDataset, type InvalidRun, type PlannedRun, checkSomeValid } from './grid.ts';
import { anew, gridOf, ratingsGridOf } from './duplicate.ts';
import { Holding } from './holding.ts';
import { sendCommand } from './mailbox.ts';
import { checkGoesBack, isOpen, itemOf, notInState } from './queue-edit.ts';
import { pastRun } from './past-run.ts';
import type { AnyInvalid, AnyPlanned } from './planned.ts';
import { withoutTooLarge } from './memory/ratings-fit.ts';
import { outcomeOf } from './queue-outcome.ts';
import { hasFinished } from './run-outcome.ts';
import { type RatingsSource, planRatingsGrid } from './ratings-grid.ts';
import { RunPlanner } from './run-planner.ts';
import type { QueueOptions, RunQueue } from './run-queue.ts';
import { checkThere } from './workspace-there.ts';

export interface WorkbenchEvents {
  'queue-changed': [items: QueueItem[]];
  'worker-event': [runId: string, event: WorkerEvent];
  /** A run's process ended early (killed, or memory did not suffice) and another takes its place; why, in words. */
  'run-recovered': [news: { runId: string; name: string; reason: string }];
  /** Ids of runs whose folder changed, whichever process changed it. */
  'runs-changed': [ids: string[]];
  /** An attached workbench took over from a holder that is gone, a holder lost its lock, or the folder went or came back. */
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
const WATCH_MS = 1000;

/**
 * A workspace at work: its datasets, its queue, its runs. The command line and the app are two fronts of this class. One
 * process owns a workspace; others attach, which shows everything and trains nothing, until the owner is gone.
 */
export class Workbench extends EventEmitter<WorkbenchEvents> {
  readonly workspace: string;
  readonly #options: WorkbenchOptions;
  readonly #watcher: RunWatcher;
  readonly #planner: RunPlanner;
  readonly #holding: Holding;
  /** The queue that knows what earlier runs took. */
  #taught: RunQueue | null = null;
  /** Whether something has trained since the queue last ended. */
  #worked = false;

  private constructor(workspace: string, options: WorkbenchOptions) {
    super();
    this.workspace = resolve(workspace);
    this.#options = options;
    this.#planner = new RunPlanner(this.workspace, options.job);
    this.#watcher = new RunWatcher(this.workspace, (ids) => {
      // With their folder all runs seem deleted. They are told of again when it is back.
      if (this.#holding.gone) return;
      // While one trains its folder changes all the time, and tells nothing of a whole run yet.
      if (ids.some((id) => hasFinished(runFolder(this.workspace, id)))) this.#planner.forgetPast();
      this.emit('runs-changed', ids);
    });
    this.#holding = new Holding(this.workspace, options, {
      changed: (items) => this.emit('queue-changed', items),
      modeChanged: (mode) => this.emit('mode-changed', mode),
      asked: (command) => this.perform(command),
      heard: (runId, event) => {
        this.#worked = true;
        this.emit('worker-event', runId, event);
      },
      recovered: (runId, name, reason) => this.emit('run-recovered', { runId, name, reason }),
      ended: () => this.#watcher.check(),
      idle: () => this.#idle(),
    });
  }

  /**
   * Opens a workspace; its folder is made when it is missing. Runs that a dead scheduler left behind are marked interrupted.
   * @throws GranaryError WORKSPACE_LOCKED, WORKSPACE_INVALID
   */
  static async open(workspace: string, options: WorkbenchOptions = {}): Promise<Workbench> {
    const workbench = new Workbench(workspace, options);
    workbench.#holding.begin(options.attach === true);
    workbench.#watcher.start(WATCH_MS);
    return workbench;
  }

  /** `attached`: another process schedules here. */
  get mode(): 'owner' | 'attached' {
    return this.#holding.mode;
  }

  /** Who holds the workspace, in words; null when this process does, or nobody. */
  get holder(): string | null {
    return this.#holding.holder;
  }

  /** True while the workspace's folder is not there. */
  get gone(): boolean {
    return this.#holding.gone;
  }

  /** What has to be told of how the queue was found; null: nothing. */
  get notice(): string | null {
    return this.#holding.own?.notice ?? null;
  }

  /** The queue as it stands; its items are live, so copy what must not change. */
  get queue(): Queue {
    return this.#holding.record;
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
    return this.#planner.datasets.inspect(dataset, options, onProgress, signal);
  }

  /**
   * The runs that a grid would make, without queueing them: those that cannot be trained with the reason, and the seconds that each
   * of the others will take, null while nothing has been measured. A dataset that was not read yet is read first.
   * @throws GranaryError as {@link RunPlanner.plan}
   */
  previewGrid(dataset: GridDataset, grid: Grid): ReturnType<RunPlanner['preview']> {
    return this.#planner.preview(dataset, grid);
  }

  /**
   * The recommenders that a sweep would make, as {@link previewGrid}, and the seconds that those of them take together which can be
   * trained, null while nothing like them has been measured.
   * @throws GranaryError as {@link planRatingsGrid}
   */
  previewRatings(source: RatingsSource, grid: RatingsGrid): ReturnType<RunPlanner['previewRatings']> {
    return this.#planner.previewRatings(source, grid);
  }

  /**
   * Queues every run of a grid and starts the first, unless the queue is paused. Combinations that cannot be trained are kept as
   * skipped with the reason.
   * @throws GranaryError as {@link RunPlanner.plan}, and the first reason when no combination can be trained; WORKSPACE_LOCKED when attached
   */
  async enqueue(dataset: GridDataset, grid: Grid): Promise<QueueItem[]> {
    this.#holding.mine();
    const combined = await this.#planner.plan(dataset, grid);
    checkSomeValid(combined);
    return this.#add((await this.#options.judge?.(combined)) ?? combined);
  }

  /**
   * Queues every recommender of a sweep, as {@link enqueue}.
   * @throws GranaryError as {@link planRatingsGrid}, and the first reason when no combination can be trained; WORKSPACE_LOCKED
   */
  async enqueueRatings(source: RatingsSource, grid: RatingsGrid): Promise<QueueItem[]> {
    this.#holding.mine();
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
    this.#holding.mine();
    await this.#learn();
    const run = await pastRun(this.workspace, this.queue, runId);
    if (run.state === 'finished') throw alreadyFinished(runId);
    await this.#planner.weights.confirmGoingOn(run);
    return this.#holding.mine().readd(run);
  }

  /**
   * Does what a person asks of the queue, here or, when another process holds the workspace, there. Of several runs that are put back
   * one that has no checkpoint, and whose starting weights are gone or another's by now, is marked as failed with that reason.
   * @throws GranaryError RUN_NOT_FOUND, USAGE, WORKSPACE_LOCKED when the holder does not answer; of a run to be tried again that
   *   has no checkpoint as {@link WeightsCheck.confirm}
   */
  async perform(command: QueueCommand): Promise<void> {
    checkThere(this.workspace);
    if (this.#holding.mode === 'attached') return sendCommand(this.workspace, command);
    if (command.verb === 'retry') {
      const again = itemOf(this.queue.items, command.runId);
      checkGoesBack(again);
      await this.#planner.weights.confirmGoingOn(again);
    }
    if (command.verb === 'put-back') {
      const pending = command.runs.filter(({ as }) => as === 'pending');
      const failed = await this.#failing(pending.map(({ runId }) => itemOf(this.queue.items, runId)));
      return this.#holding.mine().perform(command, failed);
    }
    if (command.verb !== 'duplicate') return this.#holding.mine().perform(command);
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
    const queue = this.#holding.mine();
    const queued = queue.find(runId);
    if (queued !== undefined && isOpen(queued)) throw notInState(queued, 'trained again', 'has ended');
    const planned = anew(await pastRun(this.workspace, queue.record, runId));
    await this.#planner.weights.confirm(planned);
    queue.take((item) => item.runId === runId);
    return queue.add([planned])[0]!;
  }

  /**
   * Goes on with everything that was interrupted, in its old order, each from its last checkpoint. A run without one whose starting
   * weights are gone or another's by now is marked as failed with that reason, and the others go on.
   * @throws GranaryError WORKSPACE_LOCKED, and the first such reason when none can go on
   */
  async resumeInterrupted(): Promise<QueueItem[]> {
    const queue = this.#holding.mine();
    await this.#learn();
    const left = queue.record.items.filter(({ state }) => state === 'interrupted');
    const failed = await this.#failing(left);
    const resumed = this.#holding.mine().resumeInterrupted(failed);
    const [first] = failed.values();
    if (resumed.length === 0 && first !== undefined) throw fromErrorPayload(first);
    return resumed;
  }

  /**
   * Stops the run that trains and starts no other.
   * @param how `now` kills the worker; its finished epochs stay all the same
   * @param as what becomes of them in the queue: `interrupted` ones can be resumed
   */
  stop(how: 'after-step' | 'now' = 'after-step', as: 'interrupted' | 'cancelled' = 'interrupted'): void {
    this.#holding.own?.stop(how, as);
  }

  /** Resolves when nothing trains and nothing is about to. */
  async whenIdle(): Promise<void> {
    await this.#holding.own?.whenIdle();
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
    return this.#holding.own?.workers ?? [];
  }

  /** Seconds until the queue is empty; null while nothing is known of the run that trains. */
  etaSeconds(): number | null {
    return this.#holding.own?.etaSeconds() ?? null;
  }

  /** Stops what trains, lets others have the workspace, ends all watching. */
  async close(): Promise<void> {
    this.#watcher.stop();
    await this.#holding.end();
  }

  #idle(): void {
    this.emit('idle');
    if (this.#worked) this.emit('queue-ended', outcomeOf(this.queue));
    this.#worked = false;
  }

  async #add(planned: readonly (AnyPlanned | AnyInvalid)[]): Promise<QueueItem[]> {
    checkSomeValid(planned);
    await this.#learn();
    return this.#holding.mine().add(planned);
  }

  /** Those of some runs whose starting weights are gone or another's by now, and that have no checkpoint, with the reason. */
  async #failing(items: readonly QueueItem[]): Promise<Map<string, ErrorPayload>> {
    const problems = await this.#planner.weights.problems(items);
    return new Map(items.flatMap(({ runId }, i) => (problems[i] == null ? [] : [[runId, problems[i]]])));
  }

  /** Lets the queue know what runs took that were trained before, so that it can say how long the new ones will. */
  async #learn(): Promise<void> {
    const queue = this.#holding.own;
    if (queue === null || queue === this.#taught) return;
    this.#taught = queue;
    queue.learn(await this.#planner.past());
  }
}
