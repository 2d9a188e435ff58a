import { GranaryError } from '../../shared/errors.ts';
import type { Queue, QueueItem } from '../../shared/records/queue.ts';
import type { RunState } from '../../shared/records/run-record.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';
import { readRun } from '../runs/run-store.ts';

/**
 * A run that is to be trained again, or on: as the queue has it, else as its folder tells.
 * @throws GranaryError RUN_NOT_FOUND, RUN_CORRUPT
 */
export async function pastRun(workspace: string, { items }: Queue, runId: string): Promise<QueueItem> {
  const queued = items.find((item) => item.runId === runId);
  if (queued !== undefined) return { ...queued };
  const recommender = readRatingsRun(workspace, runId);
  if (recommender?.header != null) {
    const { name, config } = recommender.header;
    return { kind: 'ratings', runId, name, config, ...ended(recommender.state) };
  }
  const { header, state, problem } =
    recommender === null ? await readRun(workspace, runId) : { ...recommender, header: null };
  if (header !== null) return { runId, name: header.name, config: header.config, ...ended(state) };
  throw new GranaryError(
    'RUN_CORRUPT',
    `The config of ${runId} cannot be read: ${problem ?? 'config.json is missing.'}`,
    'Queue it anew with its flags.',
  );
}

/** What a folder's state is to a queue: a run that no queue knows has ended, one way or the other. */
function ended(state: RunState): Pick<QueueItem, 'state' | 'error'> {
  return { state: state === 'finished' ? state : 'interrupted', error: null };
}
