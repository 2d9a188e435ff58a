import { type ErrorPayload, GranaryError } from '../../shared/errors.ts';
import type { Queue, QueueCommand, QueueItem } from '../../shared/records/queue.ts';

/** Waiting or training: such an item has an end to come. */
export function isOpen(item: QueueItem): boolean {
  return item.state === 'pending' || item.state === 'running';
}

/** In line, or put back in line by resuming what was interrupted: it can be moved, skipped, taken out. */
export function waits(item: QueueItem): boolean {
  return item.state === 'pending' || item.state === 'interrupted';
}

/** @throws GranaryError RUN_NOT_FOUND */
export function itemOf(items: readonly QueueItem[], runId: string): QueueItem {
  const item = items.find((candidate) => candidate.runId === runId);
  if (item !== undefined) return item;
  throw new GranaryError(
    'RUN_NOT_FOUND',
    `${runId} is not in the queue.`,
    'See what is with `granary queue list`.',
  );
}

/**
 * The items with one that waits at another place among those that wait; the others keep their order.
 * @throws GranaryError USAGE when it does not wait
 */
export function moved(
  items: readonly QueueItem[],
  item: QueueItem,
  to: Extract<QueueCommand, { verb: 'move' }>['to'],
): QueueItem[] {
  const waiting = items.filter(waits);
  const from = waiting.indexOf(item);
  if (from < 0) throw notInState(item, 'moved', 'waits');
  const last = waiting.length - 1;
  const wanted =
    to === 'first' ? 0 : to === 'last' ? last : to === 'up' ? from - 1 : to === 'down' ? from + 1 : to - 1;
  waiting.splice(from, 1);
  waiting.splice(Math.min(last, Math.max(0, wanted)), 0, item);
  let next = 0;
  return items.map((candidate) => (waits(candidate) ? waiting[next++]! : candidate));
}

/** The error of asking for something that an item's state does not allow. */
export function notInState(item: QueueItem, done: string, needed: string): GranaryError {
  return new GranaryError(
    'USAGE',
    `${item.runId} cannot be ${done}: it is ${item.state}.`,
    `Only a run that ${needed} can be.`,
  );
}

/** Takes one that waits out of line. */
export function takeOut(item: QueueItem): void {
  const message =
    item.state === 'interrupted'
      ? 'It was taken out of the queue.'
      : 'It was taken out of the queue before it began.';
  Object.assign(item, { state: 'cancelled', error: { code: 'CANCELLED', message } });
}

/**
 * Puts an item back in line, as it was there before; with an error it has failed instead: it cannot go on.
 * @returns whether it is in line
 */
export function putBack(
  item: QueueItem,
  as: 'pending' | 'interrupted' = 'pending',
  error: ErrorPayload | null = null,
): boolean {
  Object.assign(item, { state: error === null ? as : 'failed', error });
  return error === null;
}

/**
 * Whether what has ended can be put back in line.
 * @throws GranaryError USAGE when it has not ended, or is finished; what is wrong with its settings, for they have not changed
 */
export function checkGoesBack(item: QueueItem): void {
  if (isOpen(item) || item.state === 'finished')
    throw notInState(item, 'retried', 'failed, was cancelled, interrupted or skipped');
  // A combination that cannot be trained has not become another; memory may have.
  if (item.state === 'skipped' && item.error !== null && item.error.code !== 'RUN_TOO_LARGE')
    throw new GranaryError(
      item.error.code,
      item.error.message,
      'Duplicate it with settings that can be trained.',
    );
}

/** The queue without what has ended; what was taken out is kept beside it. Interrupted runs stay: they are still to be trained. */
export function cleared(queue: Queue): Queue {
  const out = (item: QueueItem): boolean => !isOpen(item) && item.state !== 'interrupted';
  const taken = queue.items.flatMap((item, at) => (out(item) ? [{ at, item }] : []));
  return taken.length === 0
    ? queue
    : { ...queue, items: queue.items.filter((item) => !out(item)), cleared: taken };
}

/**
 * The queue with what was cleared last, in its old places as far as the others still stand where they stood.
 * @throws GranaryError USAGE when there is nothing to put back
 */
export function restored({ cleared: taken, ...queue }: Queue): Queue {
  if (taken === undefined)
    throw new GranaryError(
      'USAGE',
      'Nothing was cleared that could be put back.',
      'See `granary queue list`.',
    );
  const items = [...queue.items];
  for (const { at, item } of taken)
    if (!items.some(({ runId }) => runId === item.runId)) items.splice(at, 0, item);
  return { ...queue, items };
}
