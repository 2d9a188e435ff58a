import { describe, expect, it } from 'vitest';
import type { Queue, QueueItem } from '../../../shared/records/queue.ts';
import { runConfigSchema } from '../../../shared/records/run-config.ts';
import { newQueue } from '../../../src-main/scheduler/queue-file.ts';
import { outcomeOf } from '../../../src-main/scheduler/queue-outcome.ts';

const size = { height: 64, width: 64 };
const config = runConfigSchema.parse({ dataset: '/d', arch: 'resnet18', size, seed: 1 });
const queue = (states: QueueItem['state'][], paused?: Queue['paused']): Queue => ({
  ...newQueue(),
  items: states.map((state, i) => ({ runId: `r${i}`, name: `run ${i}`, config, state, error: null })),
  ...(paused === undefined ? {} : { paused }),
});

describe('how a queue ended', () => {
  it('is failed where a run failed, else finished, and counts the runs', () => {
    expect(outcomeOf(queue(['finished', 'finished', 'skipped', 'cancelled']))).toMatchObject({
      ...{ state: 'finished', finished: 2, failed: 0, others: 2 },
    });
    expect(outcomeOf(queue(['finished', 'failed']))).toMatchObject({ state: 'failed', failed: 1 });
  });

  it('is failed where a full disk stopped it, whatever had finished before', () => {
    const paused = { reason: 'The disk is full.', by: 'fault' } as const;
    expect(outcomeOf(queue(['finished', 'interrupted', 'pending'], paused))).toMatchObject({
      ...{ state: 'failed', finished: 1, failed: 0, others: 1 },
    });
  });
});
