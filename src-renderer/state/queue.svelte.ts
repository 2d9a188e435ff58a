import { ask, hear } from '../api/granary.ts';
import type { QueueView } from '../../shared/ipc/views.ts';
import type { QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import { LiveRunState } from './live-run.svelte.ts';
import type { Undo } from './undo.svelte.ts';

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
  }

  /** Takes out everything that waits or was interrupted, which can be taken back. */
  async cancelWaiting(undo: Undo): Promise<void> {
    const runIds = this.items.filter(inLine).map(({ runId }) => runId);
    if (runIds.length === 0) return;
    const out = (): Promise<void> => this.perform({ verb: 'cancel-waiting' });
    await out();
    undo.offer(
      `Cancelled ${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'}`,
      () => this.perform({ verb: 'put-back', runIds: this.#cancelledOf(runIds) }),
      out,
    );
  }

  /** Those that are cancelled now: one may have begun in the moment when it was to be taken out. */
  #cancelledOf(runIds: readonly string[]): string[] {
    return runIds.filter((runId) => this.item(runId)?.state === 'cancelled');
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
    if (running === undefined || this.live?.runId === running.runId) return;
    const live = new LiveRunState(running.runId);
    this.live = live;
    void live.load();
  }
}
