import { beforeEach, describe, expect, it } from 'vitest';
import { Attendant } from '../../../src-main/app/attendant.ts';
import type { QueueItem } from '../../../shared/records/queue.ts';
import { runConfigSchema } from '../../../shared/records/run-config.ts';

const config = runConfigSchema.parse({
  dataset: '/d',
  arch: 'resnet18',
  size: { height: 64, width: 64 },
  seed: 1,
});
const item = (runId: string, state: QueueItem['state'], message?: string): QueueItem => ({
  runId,
  name: `run ${runId}`,
  config,
  state,
  error: message === undefined ? null : { code: 'WORKER_KILLED', message },
});
const queue = (...items: QueueItem[]) => ({ items, etaSeconds: null, paused: null });
const step = (done: number, total: number) => ({
  runId: 'a',
  event: {
    type: 'step' as const,
    runId: 'a',
    epoch: 1,
    step: done,
    totalSteps: total,
    loss: 1,
    lr: 1,
    imagesPerSecond: 1,
    rssMb: 1,
    etaSeconds: null,
  },
});

let told: string[];
let shown: (number | null)[];
let attendant: Attendant;
beforeEach(() => {
  told = [];
  shown = [];
  attendant = new Attendant({
    progress: (share) => shown.push(share),
    tooltip: () => undefined,
    notify: (title, body) => told.push(`${title}: ${body}`),
  });
});

describe('the attendant of the queue', () => {
  it('shows how far the whole queue is, within the run that trains too', () => {
    attendant.begin(queue(item('a', 'running'), item('b', 'pending')));
    attendant.hear('run:event', step(50, 100));
    expect(shown[shown.length - 1]).toBe(0.25);
    attendant.hear('queue:changed', queue(item('a', 'finished'), item('b', 'running')));
    expect(shown[shown.length - 1]).toBe(0.5);
    attendant.hear('queue:changed', queue(item('a', 'finished'), item('b', 'finished')));
    expect(shown[shown.length - 1]).toBeNull();
  });

  it('tells of a failure at once, and of the end once', () => {
    attendant.begin(queue(item('a', 'running'), item('b', 'pending')));
    attendant.hear('queue:changed', queue(item('a', 'failed', 'It was killed.'), item('b', 'running')));
    expect(told).toEqual(['run a failed: It was killed.']);
    attendant.hear('queue:changed', queue(item('a', 'failed', 'It was killed.'), item('b', 'finished')));
    expect(told[1]).toBe('The queue is done: 1 run finished, 1 failed');
    expect(told).toHaveLength(2);
  });

  it('tells the end of a queue whose last run was refused at its launch, and so never trained', () => {
    attendant.begin(queue(item('a', 'running'), item('b', 'pending')));
    attendant.hear('queue:changed', queue(item('a', 'finished'), item('b', 'pending')));
    attendant.hear('queue:changed', queue(item('a', 'finished'), item('b', 'failed', 'It does not fit.')));
    expect(told).toEqual(['The queue is done: 1 run finished, 1 failed']);
  });

  it('tells that a full disk has stopped the queue, and nothing of a queue that is paused and closed', () => {
    const full = {
      ...item('a', 'interrupted'),
      error: { code: 'NO_SPACE' as const, message: 'The disk is full.' },
    };
    attendant.begin(queue(item('a', 'running'), item('b', 'pending')));
    attendant.hear('queue:changed', { ...queue(full, item('b', 'pending')), paused: 'The disk is full.' });
    expect(told).toEqual(['The queue has stopped: The disk is full.']);
    const closed = {
      ...item('b', 'interrupted'),
      error: { code: 'CANCELLED' as const, message: 'It was stopped.' },
    };
    attendant.hear('queue:changed', { ...queue(full, item('b', 'running')), paused: 'You paused it.' });
    attendant.hear('queue:changed', { ...queue(full, closed), paused: 'You paused it.' });
    expect(told).toHaveLength(1);
  });

  it('says nothing of what ended before, of what the user stopped, or of another workspace', () => {
    attendant.begin(queue(item('a', 'finished')));
    attendant.hear('queue:changed', queue(item('a', 'finished'), item('b', 'running')));
    attendant.hear('queue:changed', queue(item('a', 'finished'), item('b', 'cancelled')));
    attendant.hear('queue:changed', queue(item('z', 'finished')));
    expect(told).toEqual([]);
  });
});
