import { type ErrorPayload, toErrorPayload } from '../../shared/errors.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { Queue, QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import { runFolder } from '../runs/run-writer.ts';
import type { AnyMeasured } from './measured-run.ts';
import type { AnyInvalid, AnyPlanned } from './planned.ts';
import { queueSeconds } from './queue-eta.ts';
import { type ChangeCommand, changeOf } from './queue-change.ts';
import { isOpen, itemOf, notInState, putBack, takeOut, waits } from './queue-edit.ts';
import { newQueue, readQueue, writeQueue } from './queue-file.ts';
import { itemOfPlan } from './run-kind.ts';
import { hasFinished, recordFailure, recoverInterrupted } from './run-outcome.ts';
import { type LaunchOptions, RunTraining, type Stop, type TrainingEnd } from './run-training.ts';
import { ONE_SLOT, type Slot } from './slots.ts';
import { Trainings } from './trainings.ts';
import { type WorkerBuild, workerBuild } from './worker-build.ts';

/** What the queue tells its owner. */
export interface QueueListener {
  changed(): void;
  heard(runId: string, event: WorkerEvent): void;
  /** A run's process ended early and another takes its place. */
  recovered(runId: string, name: string, reason: string): void;
  ended(runId: string): void;
  idle(): void;
  /** Asked before each start: false when another process has taken the workspace over. */
  mayStart(): boolean;
}

export interface QueueOptions extends LaunchOptions {
  /** Where runs train; one run in each at a time. Default: one for the whole machine. */
  slots?: readonly Slot[];
  /** Opens the queue to change it, not to train. */
  startNothing?: boolean;
}

/**
 * The runs of a workspace that wait, train or have ended, written to `queue.json` at each change. Only the process that holds
 * the workspace's lock may make one. A run that fails does not stop the next.
 */
export class RunQueue {
  readonly #workspace: string;
  readonly #listener: QueueListener;
  readonly #options: QueueOptions;
  readonly #slots: readonly Slot[];
  readonly #build: WorkerBuild;
  #queue: Queue;
  readonly #training = new Trainings();
  #measured: AnyMeasured[] = [];
  #closed = false;
  /** A person's commands that are being carried out: nothing starts meanwhile. */
  readonly #changes = new Set<Promise<void>>();
  #notice: string | null = null;

  /** Reads what the last holder left; what was waiting or training then is `interrupted`, to be resumed when asked for. */
  constructor(workspace: string, listener: QueueListener, options: QueueOptions = {}) {
    this.#workspace = workspace;
    this.#listener = listener;
    this.#options = options;
    this.#slots = options.slots ?? ONE_SLOT;
    this.#build = workerBuild(options.job?.entry);
    this.#closed = options.startNothing ?? false;
    this.#queue = readQueue(workspace, (aside) => {
      this.#notice = `The queue could not be read: its file is damaged or may not be opened, and lies in ${aside}. The runs that had begun are in their folders.`;
    });
    const left = this.#queue.items.filter(isOpen);
    for (const item of left) {
      if (item.state === 'running') recoverInterrupted(workspace, item.runId);
      item.state = hasFinished(runFolder(workspace, item.runId)) ? 'finished' : 'interrupted';
      delete item.waiting;
    }
    // Its holder is gone, and nothing starts by itself: there is nothing to pause any more.
    const wasPaused = this.paused;
    delete this.#queue.paused;
    if (left.length > 0 || wasPaused) this.#write();
  }

  /** What has to be told of how it was found; null: nothing. */
  get notice(): string | null {
    return this.#notice;
  }

  get record(): Queue {
    return this.#queue;
  }

  get paused(): boolean {
    return this.#queue.paused !== undefined;
  }

  /** Runs of earlier days, to estimate from. */
  learn(runs: readonly AnyMeasured[]): void {
    this.#measured.unshift(...runs);
  }

  /**
   * Appends runs and starts what there is room for; combinations that cannot be trained are kept beside them as skipped.
   * When everything before has ended, a new queue begins; what was interrupted stays in it until it is resumed or cancelled.
   * @throws GranaryError NO_SPACE; nothing is queued then
   */
  add(planned: readonly (AnyPlanned | AnyInvalid)[]): QueueItem[] {
    const before = this.#queue;
    if (before.items.some(isOpen)) this.#queue = { ...before, items: [...before.items] };
    else {
      const { paused } = before;
      const items = before.items.filter((item) => item.state === 'interrupted');
      this.#queue = { ...newQueue(), items, ...(paused === undefined ? {} : { paused }) };
    }
    const items = planned.map(itemOfPlan);
    this.#queue.items.push(...items);
    try {
      this.#write();
    } catch (error) {
      this.#queue = before;
      throw error;
    }
    this.#next();
    return items.map((item) => ({ ...item }));
  }

  /**
   * Puts a run that ended before (in this queue or an earlier one) back in line, to go on from its checkpoint.
   * @throws GranaryError USAGE when it waits or trains already
   */
  readd(item: QueueItem): QueueItem {
    const known = this.find(item.runId);
    if (known !== undefined && isOpen(known)) throw notInState(known, 'resumed', 'has ended');
    const again = known ?? item;
    Object.assign(again, { state: 'pending', error: null });
    if (known === undefined) this.#queue.items.push(again);
    this.#write();
    this.#next();
    return { ...again };
  }

  /**
   * Puts everything that was interrupted back in line, in its old order.
   * @param failed by id: runs that cannot go on, and why
   */
  resumeInterrupted(failed: ReadonlyMap<string, ErrorPayload>): QueueItem[] {
    const interrupted = this.#queue.items.filter((item) => item.state === 'interrupted');
    if (interrupted.length === 0) return [];
    // First: a disk that turns out to be full while reasons are recorded pauses it anew.
    delete this.#queue.paused;
    const left = interrupted.filter((item) => putBack(item, 'pending', failed.get(item.runId)));
    this.#recordAll(failed);
    this.#write();
    if (left.length > 0) this.#next();
    return left.map((item) => ({ ...item }));
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

  /**
   * Does what a person asks of the queue. `duplicate` is the workbench's, which knows datasets.
   * @param failed by id: runs that cannot go on, and why; of what is put back
   * @throws GranaryError RUN_NOT_FOUND; USAGE when the run's state does not allow it. Nothing has changed then
   */
  async perform(
    command: Exclude<QueueCommand, { verb: 'duplicate' }>,
    failed?: ReadonlyMap<string, ErrorPayload>,
  ): Promise<void> {
    switch (command.verb) {
      case 'pause':
        return this.pause();
      case 'resume':
        return this.resume();
      case 'cancel':
        return this.#cancel(itemOf(this.#queue.items, command.runId), command.when);
      default:
        return this.#change(command, failed);
    }
  }

  pause(): void {
    this.#queue.paused = { reason: 'You paused it, here or in another terminal.', by: 'user' };
    this.#write();
    for (const training of this.#training.all) training.release();
  }

  resume(): void {
    delete this.#queue.paused;
    this.#write();
    this.#next();
  }

  /** Stops what trains and starts nothing else; all of it becomes `interrupted`, to be resumed, or `cancelled`. */
  stop(how: Stop['how'], as: Stop['as']): void {
    const waiting = this.#queue.items.filter((item) => item.state === 'pending' && !this.#training.has(item));
    for (const item of waiting) item.state = as;
    if (waiting.length > 0) this.#trySave();
    for (const training of this.#training.all) training.stop({ how, as });
  }

  /** Resolves when nothing trains and nothing is about to. */
  async whenIdle(): Promise<void> {
    while (this.#training.size > 0 || this.#changes.size > 0)
      await Promise.all([this.#training.whenIdle(), ...this.#changes]);
  }

  /** Stops, waits for the workers' end, and starts nothing any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.stop('after-step', 'interrupted');
    await this.whenIdle();
  }

  /** The processes that train. */
  get workers(): { runId: string; pid: number; card: number | null }[] {
    return this.#training.all.flatMap(({ item, pid, slot }) =>
      pid === null ? [] : [{ runId: item.runId, pid, card: slot.card }],
    );
  }

  /** Seconds until the queue is empty; null while nothing is known of what trains. */
  etaSeconds(): number | null {
    const running = this.#training.all.map(({ item, measured, eta }) => ({ item, measured, eta }));
    const waiting = this.#queue.items.filter((item) => item.state === 'pending' && !this.#training.has(item));
    return queueSeconds(running, waiting, this.#measured, this.#slots.length);
  }

  async #cancel(item: QueueItem, when: 'now' | 'after-epoch'): Promise<void> {
    const training = this.#training.of(item);
    if (training !== undefined && when === 'after-epoch') training.stopAfterEpoch();
    else if (training !== undefined) {
      await this.#training.stop(training, { how: 'after-step', as: 'cancelled' });
    } else if (waits(item)) {
      takeOut(item);
      this.#write();
    }
  }

  /**
   * Changes what is in the queue, and starts what may start then. A run that only waits for memory lets another go before it; none is
   * started in its place until the change is made.
   */
  async #change(
    command: ChangeCommand,
    failed: ReadonlyMap<string, ErrorPayload> = new Map(),
  ): Promise<void> {
    const { waiting } = this.#training;
    const { leaving, edit } = changeOf(
      command,
      this.#queue,
      { waiting: waiting.map(({ item }) => item), has: (item) => this.#training.has(item) },
      failed,
    );
    let done = (): void => undefined;
    const change = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#changes.add(change);
    try {
      if (leaving.length > 0)
        await this.#training.release(waiting.filter(({ item }) => leaving.includes(item)));
      this.#edit((queue) => {
        const edited = edit(queue);
        this.#recordAll(failed);
        return edited;
      });
    } finally {
      this.#changes.delete(change);
      // Also where it was refused: what had left its slot goes on waiting.
      this.#next();
      done();
    }
  }

  /** @throws GranaryError NO_SPACE when it cannot be written: nothing has changed then */
  #edit(edit: (queue: Queue) => Queue): void {
    const before = this.#queue;
    const items = before.items.map((item) => ({ ...item }));
    try {
      this.#queue = edit(before);
      this.#write();
    } catch (error) {
      this.#queue = before;
      before.items.forEach((item, index) => Object.assign(item, items[index]));
      throw error;
    }
  }

  #write(): void {
    writeQueue(this.#workspace, this.#queue);
    this.#listener.changed();
  }

  /** A change that nobody asked for just now: a full disk pauses the queue and must not end the scheduler. */
  #trySave(): void {
    try {
      this.#write();
    } catch (error) {
      this.#queue.paused ??= { reason: toErrorPayload(error).message, by: 'fault' };
      this.#listener.changed();
    }
  }

  /** Fills the slots that are free with what waits, in the queue's order. */
  #next(): void {
    if (this.#closed || this.paused || this.#changes.size > 0) return;
    for (const slot of this.#slots) {
      if (this.#training.busy(slot)) continue;
      const item = this.#queue.items.find(
        (candidate) => candidate.state === 'pending' && !this.#training.has(candidate),
      );
      if (item === undefined) break;
      if (!this.#mayStart()) return;
      this.#begin(item, slot);
    }
    if (this.#training.size === 0) this.#listener.idle();
  }

  /** Asked before each process. Pauses the queue where the workers' script is not the one that this process began with. */
  #mayStart(): boolean {
    if (!this.#listener.mayStart()) return false;
    const reason = this.#build.changed();
    if (reason === null) return true;
    this.#queue.paused = { reason, by: 'fault' };
    this.#trySave();
    return false;
  }

  #begin(item: QueueItem, slot: Slot): void {
    const training = new RunTraining(item, slot, {
      workspace: this.#workspace,
      queueId: this.#queue.id,
      options: this.#options,
      save: () => this.#trySave(),
      heard: (event) => this.#listener.heard(item.runId, event),
      recovered: (reason) => this.#listener.recovered(item.runId, item.name, reason),
      mayStart: () => this.#mayStart(),
    });
    this.#training.begin(training, (end) => this.#end(training, end));
  }

  #end(training: RunTraining, end: TrainingEnd): void {
    const { item, measured } = training;
    if (measured !== null && measured.epochs.length > 0) this.#measured.push(measured);
    delete item.waiting;
    if (end === 'back') {
      item.state = 'pending';
      this.#trySave();
      return this.#next();
    }
    const { error } = end;
    item.error = error;
    if (error === null) item.state = 'finished';
    else if (error.code === 'CANCELLED') item.state = training.stoppedAs;
    else if (error.code === 'NO_SPACE') {
      // Every other run would fail the same way: the queue stops here, and goes on when there is room.
      item.state = 'interrupted';
      this.#queue.paused = { reason: error.message, by: 'fault' };
    } else item.state = 'failed';
    if (error !== null && item.state !== 'interrupted') this.#record(item.runId, error);
    this.#trySave();
    this.#listener.ended(item.runId);
    this.#next();
  }

  #recordAll(failed: ReadonlyMap<string, ErrorPayload>): void {
    for (const [runId, error] of failed) this.#record(runId, error);
  }

  #record(runId: string, error: ErrorPayload): void {
    try {
      recordFailure(this.#workspace, runId, error);
    } catch (cause) {
      // A full disk must not end the scheduler: the folder then tells less, the queue still tells it.
      this.#queue.paused ??= { reason: toErrorPayload(cause).message, by: 'fault' };
    }
  }
}
