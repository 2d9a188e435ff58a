import type { NewsName } from '../../shared/ipc/channel-names.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { QueueView } from '../../shared/ipc/views.ts';
import type { QueueItem } from '../../shared/records/queue.ts';

/** What the desktop can show of the queue without the window. */
export interface Desktop {
  /** On the taskbar, 0 to 1; null for nothing. */
  progress(share: number | null): void;
  /** What the tray says when it is pointed at. */
  tooltip(text: string): void;
  /** Told through the system, unless the window is looked at. */
  notify(title: string, body: string): void;
}

const trained: readonly QueueItem['state'][] = ['finished', 'failed'];
/** They are not trained, so that none is the nth of them. */
const leftOut: readonly QueueItem['state'][] = ['interrupted', 'cancelled', 'skipped'];

/** Looks after the queue for a user who looks elsewhere: hears the same news as the window, and tells the desktop. */
export class Attendant {
  readonly #desktop: Desktop;
  #states = new Map<string, QueueItem['state']>();
  #items: readonly QueueItem[] = [];
  /** Of the run that trains, 0 to 1. */
  #share = 0;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  /** Begins with a queue as it stands: what ended before is no news. */
  begin({ items }: QueueView): void {
    this.#take(items);
    this.#show();
  }

  hear<N extends NewsName>(name: N, payload: News<N>): void {
    if (name === 'queue:changed') this.#queueChanged(payload as News<'queue:changed'>);
    if (name === 'run:recovered') {
      const { name: run, reason } = payload as News<'run:recovered'>;
      this.#desktop.notify(`${run} goes on`, capital(reason));
    }
    if (name === 'run:event') {
      const { event } = payload as News<'run:event'>;
      if (event.type === 'run-started' || event.type === 'ratings-started') this.#share = 0;
      if (event.type !== 'step') return;
      this.#share = event.totalSteps > 0 ? event.step / event.totalSteps : 0;
      this.#show();
    }
  }

  #queueChanged({ items, paused }: QueueView): void {
    // One that is refused at its launch never trained.
    const fresh = items.filter(({ runId, state }) => {
      const before = this.#states.get(runId);
      return (before === 'running' && state !== 'running') || (before === 'pending' && state === 'failed');
    });
    this.#take(items);
    if (fresh.length > 0) this.#share = 0;
    this.#show();
    const open = items.some(({ state }) => state === 'running' || state === 'pending');
    // Nobody stopped it: a full disk did, which every other run would meet, too.
    const fault = ({ state, error }: QueueItem): boolean =>
      state === 'interrupted' && error !== null && error.code !== 'CANCELLED';
    if (paused !== null && fresh.some(fault)) return this.#desktop.notify('The queue has stopped', paused);
    const told = fresh.filter(({ state }) => state === 'finished' || state === 'failed');
    if (told.length === 0) return;
    if (open) {
      for (const { name, state, error } of told)
        if (state === 'failed') this.#desktop.notify(`${name} failed`, error?.message ?? '');
      return;
    }
    const failed = items.filter(({ state }) => state === 'failed').length;
    const finished = items.filter(({ state }) => state === 'finished').length;
    this.#desktop.notify(
      'The queue is done',
      [`${finished} ${finished === 1 ? 'run' : 'runs'} finished`, failed > 0 && `${failed} failed`]
        .filter(Boolean)
        .join(', '),
    );
  }

  #take(items: readonly QueueItem[]): void {
    // Copies: the queue's own items change in place.
    this.#items = items.map((item) => ({ ...item }));
    this.#states = new Map(items.map(({ runId, state }) => [runId, state]));
  }

  #show(): void {
    const running = this.#items.find(({ state }) => state === 'running');
    if (running === undefined) {
      this.#desktop.progress(null);
      this.#desktop.tooltip('Granary');
      return;
    }
    const counted = this.#items.filter(({ state }) => !leftOut.includes(state));
    const done = counted.filter(({ state }) => trained.includes(state)).length;
    const share = (done + this.#share) / counted.length;
    this.#desktop.progress(share);
    this.#desktop.tooltip(`Granary: ${running.name}, run ${done + 1} of ${counted.length}`);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
