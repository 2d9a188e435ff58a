import { expect, it } from 'vitest';
import { queueProgress } from '../../../shared/queue-progress.ts';
import type { QueueItem } from '../../../shared/records/queue.ts';

it('calls done what was trained to its end, and tells of the other ends beside it', () => {
  const items = (counts: Partial<Record<QueueItem['state'], number>>) =>
    Object.entries(counts).flatMap(([state, count]) =>
      Array.from({ length: count }, () => ({ state: state as QueueItem['state'] })),
    );
  expect(queueProgress(items({ finished: 190, cancelled: 10 }))).toBe('190 of 200 done, 10 cancelled');
  expect(queueProgress(items({ skipped: 1, failed: 2, finished: 3, running: 1, pending: 4 }))).toBe(
    '3 of 11 done, 2 failed, 1 skipped',
  );
  expect(queueProgress(items({ cancelled: 200 }))).toBe('0 of 200 done, 200 cancelled');
  expect(queueProgress([])).toBe('0 of 0 done');
});
