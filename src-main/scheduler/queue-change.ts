import type { ErrorPayload } from '../../shared/errors.ts';
import type { Queue, QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import {
  checkGoesBack,
  cleared,
  itemOf,
  moved,
  notInState,
  putBack,
  restored,
  takeOut,
  waits,
} from './queue-edit.ts';

/** Commands that change what is in the queue, and in which order. */
export type ChangeCommand = Exclude<QueueCommand, { verb: 'pause' | 'resume' | 'cancel' | 'duplicate' }>;

/** What a command does to a queue. */
export interface QueueChange {
  /** Of the runs that have a slot and only wait for memory in it: those that leave it before. */
  leaving: QueueItem[];
  /**
   * The queue after it; its items are changed in place. Asked once those have left, however much has changed meanwhile.
   * @throws GranaryError as {@link changeOf}; no item has changed then
   */
  edit: (queue: Queue) => Queue;
}

/** What is asked of the slots. */
export interface SlotsNow {
  /** Runs that have a slot and wait for memory in it, as they were when the command came. */
  waiting: readonly QueueItem[];
  has: (item: QueueItem) => boolean;
}

/**
 * @param failed by id: runs that cannot go on, and why; of what is put back
 * @throws GranaryError RUN_NOT_FOUND; USAGE when a run's state does not allow it
 */
export function changeOf(
  command: ChangeCommand,
  queue: Queue,
  { waiting, has }: SlotsNow,
  failed: ReadonlyMap<string, ErrorPayload> = new Map(),
): QueueChange {
  switch (command.verb) {
    case 'clear':
      return { leaving: [], edit: cleared };
    case 'restore':
      return { leaving: [], edit: restored };
    case 'move': {
      const item = itemOf(queue.items, command.runId);
      const order = ({ items }: Queue): QueueItem[] => moved(items, item, command.to);
      return {
        leaving: overtaken(order(queue), waiting),
        edit: (now) => ({ ...now, items: order(now) }),
      };
    }
    case 'skip': {
      const item = itemOf(queue.items, command.runId);
      return {
        leaving: waiting.filter((one) => one === item),
        edit: (now) => {
          if (!waits(item) || has(item)) throw notInState(item, 'skipped', 'waits');
          Object.assign(item, { state: 'skipped', error: null });
          return now;
        },
      };
    }
    case 'retry': {
      const item = itemOf(queue.items, command.runId);
      return {
        leaving: [],
        edit: (now) => {
          checkGoesBack(item);
          putBack(item);
          return now;
        },
      };
    }
    case 'cancel-waiting': {
      const ids = command.runIds === undefined ? null : new Set(command.runIds);
      const meant = ({ runId }: QueueItem): boolean => ids?.has(runId) ?? true;
      return {
        leaving: waiting.filter(meant),
        edit: (now) => {
          now.items.filter((item) => meant(item) && waits(item) && !has(item)).forEach(takeOut);
          return now;
        },
      };
    }
    case 'put-back':
      return {
        leaving: [],
        edit: (now) => {
          // A run that is named twice is one.
          const runs = new Map(command.runs.map(({ runId, as }) => [itemOf(now.items, runId), as]));
          for (const item of runs.keys()) checkGoesBack(item);
          for (const [item, as] of runs) putBack(item, as, failed.get(item.runId));
          return now;
        },
      };
  }
}

/** Those of the runs that wait for memory in a slot which others stand before now. */
function overtaken(items: readonly QueueItem[], waiting: readonly QueueItem[]): QueueItem[] {
  const first = items.filter(({ state }) => state === 'pending').slice(0, waiting.length);
  return waiting.filter((item) => !first.includes(item));
}
