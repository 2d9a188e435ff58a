import type { QueueItem } from './records/queue.ts';

/** Ends other than being trained to the end, in the order in which they are told. */
const OTHER_ENDS = ['failed', 'cancelled', 'skipped'] as const satisfies QueueItem['state'][];

/** How far a queue has come: `190 of 200 done, 10 cancelled`. Done is what was trained to its end. */
export function queueProgress(items: readonly Pick<QueueItem, 'state'>[]): string {
  const count = (state: QueueItem['state']): number => items.filter((item) => item.state === state).length;
  return [
    `${count('finished')} of ${items.length} done`,
    ...OTHER_ENDS.flatMap((state) => (count(state) > 0 ? [`${count(state)} ${state}`] : [])),
  ].join(', ');
}
