import { GranaryError } from '../../shared/errors.ts';
import type { Queue, QueueItem } from '../../shared/records/queue.ts';
import { readRun } from '../runs/run-store.ts';

/**
 * A run that is to be trained again, or on: as the queue has it, else as its folder tells.
 * @throws GranaryError RUN_NOT_FOUND, RUN_CORRUPT
 */
export async function pastRun(
  workspace: string,
  { items }: Queue,
  runId: string,
): Promise<Pick<QueueItem, 'runId' | 'name' | 'config'> & { finished: boolean }> {
  const queued = items.find((item) => item.runId === runId);
  if (queued !== undefined) return { ...queued, finished: queued.state === 'finished' };
  const { header, state, problem } = await readRun(workspace, runId);
  if (header !== null)
    return { runId, name: header.name, config: header.config, finished: state === 'finished' };
  throw new GranaryError(
    'RUN_CORRUPT',
    `The config of ${runId} cannot be read: ${problem ?? 'config.json is missing.'}`,
    'Queue it anew with its flags.',
  );
}
