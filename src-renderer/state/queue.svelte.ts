import { ask, hear } from '../api/granary.ts';
import { GranaryError } from '../../shared/errors.ts';
import type { QueueView } from '../../shared/ipc/views.ts';
import type { QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import { LiveRunState } from './live-run.svelte.ts';
import type { Undo } from './undo.svelte.ts';

type PutBack = Extract<QueueCommand, { verb: 'put-back' }>['runs'][number];

const inLine = ({ state }: QueueItem): boolean => state === 'pending' || state === 'interrupted';

/** The queue, and the run of it that trains now. */
export class QueueState {
  items = $state.raw<QueueItem[]>([]);
  /** Seconds until the queue is empty, where they can be predicted. */
  etaSeconds = $state<number | null>(null);
  /** Why nothing starts; null while the queue goes on. */
  paused = $state<string | null>(null);
  /** The run that trains, or the last one that did while this window was open. */
  live = $state.raw<LiveRunState | null>(null);
  /** The run that was asked here to stop after its epoch, until it does. */
  ending = $state<string | null>(null);

  constructor() {
    hear('queue:changed', (queue) => this.#set(queue));
    hear('runs:changed', (ids) => void this.live?.follow(ids));
    hear('run:event', ({ runId, event }) => {
      if (this.live?.runId !== runId) this.live = new LiveRunState(runId);
      this.live.take(event);
    });
  }

  async load(): Promise<void> {
    this.#set(await ask('queue:list'));
  }

  get running(): QueueItem | undefined {
    return this.items.find((item) => item.state === 'running');
  }

  get pending(): number {
    return this.items.filter((item) => item.state === 'pending').length;
  }

  /** Runs that are still to be trained, and do not train. */
  get inLine(): number {
    return this.items.filter(inLine).length;
  }

  get interrupted(): number {
    return this.items.filter((item) => item.state === 'interrupted').length;
  }

  item(runId: string): QueueItem | undefined {
    return this.items.find((item) => item.runId === runId);
  }

  async perform(command: QueueCommand): Promise<void> {
    await ask('queue:perform', command);
  }

  /** @param when `after-epoch`: the epoch that is being trained is finished and kept */
  async cancel(runId: string, when: 'now' | 'after-epoch' = 'now'): Promise<void> {
    await ask('queue:perform', { verb: 'cancel', runId, when });
    if (when === 'after-epoch' && this.running?.runId === runId) this.ending = runId;
  }

  /** Takes one out of the line, or stops it now, which can be taken back; what was interrupted does not begin to train then. */
  async takeOut(verb: 'skip' | 'cancel', { runId, name, state }: QueueItem, undo: Undo): Promise<void> {
    const out: QueueCommand = verb === 'skip' ? { verb, runId } : { verb, runId, when: 'now' };
    const back: QueueCommand =
      state === 'interrupted' ? { verb: 'put-back', runs: [{ runId, as: state }] } : { verb: 'retry', runId };
    await this.perform(out);
    const did = verb === 'skip' ? 'Skipped' : state === 'running' ? 'Stopped' : 'Cancelled';
    undo.offer(
      `${did} ${name}`,
      () => this.perform(back),
      () => this.perform(out),
    );
  }

  /** Takes out everything that waits or was interrupted; taken back, each is what it was: in line, or to be resumed. */
  async cancelWaiting(undo: Undo): Promise<void> {
    const runIds = this.items.filter(inLine).map(({ runId }) => runId);
    if (runIds.length === 0) return;
    let taken: PutBack[] = [];
    // Done again it is of the same runs: not of others that were queued since.
    const out = async (): Promise<void> => {
      taken = runIds.flatMap((runId) => {
        const state = this.item(runId)?.state;
        return state === 'pending' || state === 'interrupted' ? [{ runId, as: state }] : [];
      });
      await this.perform({ verb: 'cancel-waiting', runIds });
    };
    await out();
    undo.offer(
      `Cancelled ${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'}`,
      () => this.#putBack(taken),
      out,
    );
  }

  /** @throws GranaryError RUN_NOT_FOUND when none of them is there to be put back */
  async #putBack(taken: readonly PutBack[]): Promise<void> {
    // One may have begun in the moment when it was to be taken out, or have been put back singly since.
    const runs = taken.filter(({ runId }) => this.item(runId)?.state === 'cancelled');
    if (runs.length === 0)
      throw new GranaryError(
        'RUN_NOT_FOUND',
        'None of these runs is in the queue as a cancelled one any more.',
        'Those that were trained before are among the runs.',
      );
    await this.perform({ verb: 'put-back', runs });
  }

  async again(runId: string): Promise<void> {
    await ask('queue:again', { runId });
  }

  async resumeInterrupted(): Promise<void> {
    await ask('queue:resume');
  }

  #set({ items, etaSeconds, paused }: QueueView): void {
    this.items = items;
    this.etaSeconds = etaSeconds;
    this.paused = paused;
    const running = this.running;
    // Resumed later it goes on to its end.
    if (running?.runId !== this.ending) this.ending = null;
    if (running === undefined || this.live?.runId === running.runId) return;
    const live = new LiveRunState(running.runId);
    this.live = live;
    void live.load();
  }
}
