import type { QueueOutcome } from '../../shared/ipc/views.ts';
import type { Queue, QueueItem } from '../../shared/records/queue.ts';

/** Counts how the items of a queue ended. One that a fault has stopped, such as a full disk, has failed. */
export function outcomeOf({ id, items, paused }: Queue): QueueOutcome {
  const count = (...states: QueueItem['state'][]): number =>
    items.filter((item) => states.includes(item.state)).length;
  const failed = count('failed');
  return {
    queue: id,
    state: failed > 0 || paused?.by === 'fault' ? 'failed' : 'finished',
    finished: count('finished'),
    failed,
    others: count('cancelled', 'interrupted', 'skipped'),
  };
}
