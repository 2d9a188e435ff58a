import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { GranaryError } from '../../shared/errors.ts';
import { type Queue, queueSchema } from '../../shared/records/queue.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';

/** A queue with nothing in it and an id of its own, which its runs' headers will carry. */
export function newQueue(): Queue {
  return { version: 1, id: `q-${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`, items: [] };
}

/**
 * The workspace's queue as it stands on disk; an empty one where there is none.
 * @param onDamaged what to do with a file that cannot be read: a holder puts it aside, a reader leaves it alone
 */
export function readQueue(workspace: string, onDamaged: 'put-aside' | 'leave'): Queue {
  const path = join(workspace, layout.queue);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return newQueue();
  }
  try {
    return queueSchema.parse(JSON.parse(text));
  } catch {
    // The runs are in their folders; a damaged queue must not keep the workspace from opening.
    if (onDamaged === 'put-aside') renameSync(path, `${path}.damaged-${Date.now()}`);
    return newQueue();
  }
}

/** @throws GranaryError NO_SPACE when the disk is full: the file is then as it was */
export function writeQueue(workspace: string, queue: Queue): void {
  try {
    writeJsonAtomic(join(workspace, layout.queue), queue);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new GranaryError(
      'NO_SPACE',
      `The disk of ${workspace} is full: the queue cannot be written. What was there before is unchanged.`,
      'Make room, then start again.',
      { cause: error },
    );
  }
}
